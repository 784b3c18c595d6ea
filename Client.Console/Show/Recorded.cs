using System.Buffers.Binary;
using RealtimeHello.Client.Show.Packets;
using RealtimeHello.Recording.Captures;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Client.Show;

/// <summary>What was read from a file.</summary>
/// <param name="Connections">In the order in which they began.</param>
/// <param name="Trouble">Why not everything was read; null: it was.</param>
/// <param name="Notes">What else is to be known of it, a sentence each.</param>
internal sealed record Recorded(IReadOnlyList<ConnectionRecord> Connections, string? Trouble, IReadOnlyList<string> Notes)
{
    /// <summary>Reads a capture or packets, whichever it is.</summary>
    /// <exception cref="InvalidDataException">It is neither. The message is one sentence.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static async Task<Recorded> Read(string file)
    {
        if (Directory.Exists(file)) throw new InvalidDataException("It is a directory: give one file in it, a capture, a .pcapng or a .pcap.");
        await using var stream = File.OpenRead(file);
        var beginning = new byte[10];
        var length = await stream.ReadAtLeastAsync(beginning, beginning.Length, throwOnEndOfStream: false);
        if (IsOfPackets(beginning)) return PacketFile.Read(file);
        if (!Capture.BeginsLikeOne(beginning.AsSpan(0, length)))
            throw new InvalidDataException("It is neither a capture, nor .pcapng, nor .pcap.");
        stream.Position = 0;
        var capture = await Capture.Read(stream);
        return new Recorded(capture.Connections, capture.Trouble, []);
    }

    /// <summary>The magic numbers of pcapng, and of pcap with microseconds or nanoseconds in either byte order.</summary>
    private static bool IsOfPackets(ReadOnlySpan<byte> beginning) =>
        BinaryPrimitives.ReadUInt32BigEndian(beginning) is 0x0A0D0D0A or 0xA1B2C3D4 or 0xD4C3B2A1 or 0xA1B23C4D or 0x4D3CB2A1;
}
