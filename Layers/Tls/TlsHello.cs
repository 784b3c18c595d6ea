using System.Text;

namespace RealtimeHello.Layers.Tls;

/// <summary>Reads a hello's body, without its type and length.</summary>
/// <remarks>https://www.rfc-editor.org/rfc/rfc8446#section-4.1.2</remarks>
internal static class TlsHello
{
    public const byte ClientHello = 1;
    public const byte ServerHello = 2;

    private const ushort ServerName = 0;
    private const ushort Alpn = 16;
    private const ushort SupportedVersions = 43;
    private const int RandomLength = 32;

    /// <summary>Null when its lengths contradict each other.</summary>
    public static TlsDetail? Read(byte type, ReadOnlySpan<byte> body)
    {
        var reader = new TlsReader(body);
        return type == ClientHello ? ReadClient(ref reader) : ReadServer(ref reader);
    }

    private static TlsClientHello? ReadClient(ref TlsReader reader)
    {
        var version = reader.ReadUInt16();
        reader.Take(RandomLength);
        reader.Take(reader.ReadByte());
        var suites = reader.Take(reader.ReadUInt16());
        reader.Take(reader.ReadByte());

        string? name = null;
        List<string> protocols = [];
        List<string> versions = [];
        var extensions = reader.Rest == 0 ? default : reader.Inner(reader.ReadUInt16());
        while (extensions.Rest > 0)
        {
            var type = extensions.ReadUInt16();
            var content = extensions.Inner(extensions.ReadUInt16());
            if (type == ServerName) name = ReadServerName(content);
            else if (type == Alpn) protocols = ReadProtocols(content);
            else if (type == SupportedVersions) versions = ReadVersions(content);
        }

        if (reader.Failed || extensions.Failed || reader.Rest > 0 || suites.Length % 2 != 0) return null;
        if (versions.Count == 0) versions = [TlsNames.OfVersion(version)];
        return new TlsClientHello(name, protocols, versions, suites.Length / 2);
    }

    private static TlsServerHello? ReadServer(ref TlsReader reader)
    {
        var version = reader.ReadUInt16();
        reader.Take(RandomLength);
        reader.Take(reader.ReadByte());
        var suite = reader.ReadUInt16();
        reader.ReadByte();

        string? protocol = null;
        var extensions = reader.Rest == 0 ? default : reader.Inner(reader.ReadUInt16());
        while (extensions.Rest > 0)
        {
            var type = extensions.ReadUInt16();
            var content = extensions.Inner(extensions.ReadUInt16());
            if (type == SupportedVersions && content.Rest == 2) version = content.ReadUInt16();
            else if (type == Alpn) protocol = ReadProtocols(content) is [var only, ..] ? only : null;
        }

        return reader.Failed || extensions.Failed || reader.Rest > 0 ? null : new TlsServerHello(TlsNames.OfVersion(version), TlsNames.OfCipherSuite(suite), protocol);
    }

    private static string? ReadServerName(TlsReader content)
    {
        var names = content.Inner(content.ReadUInt16());
        var isHostName = names.ReadByte() == 0;
        var name = names.Take(names.ReadUInt16());
        return isHostName && !names.Failed ? Encoding.Latin1.GetString(name) : null;
    }

    private static List<string> ReadProtocols(TlsReader content)
    {
        var protocols = new List<string>();
        var names = content.Inner(content.ReadUInt16());
        while (names.Rest > 0)
        {
            var name = names.Take(names.ReadByte());
            if (!names.Failed) protocols.Add(Encoding.Latin1.GetString(name));
        }

        return protocols;
    }

    private static List<string> ReadVersions(TlsReader content)
    {
        var versions = new List<string>();
        var list = content.Inner(content.ReadByte());
        while (list.Rest > 0)
        {
            var version = list.ReadUInt16();
            // GREASE (RFC 8701): values that mean nothing, sent so that nobody trips over unknown ones.
            if (!list.Failed && (version & 0x0F0F) != 0x0A0A) versions.Add(TlsNames.OfVersion(version));
        }

        return versions;
    }
}
