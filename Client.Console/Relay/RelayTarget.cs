using System.Diagnostics.CodeAnalysis;
using RealtimeHello.Client.Hello;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.Relay;

/// <summary>The server that a relay stands before.</summary>
internal sealed record RelayTarget
{
    private RelayTarget(Uri uri) => Uri = uri;

    private Uri Uri { get; }

    public bool IsSecure => Uri.Scheme == "wss";

    /// <summary>A name or an IP address, without brackets.</summary>
    public string Host => Uri.IdnHost.Trim('[', ']');

    public int Port => Uri.Port;

    /// <summary>The value of Host (RFC 9110 7.2): without the scheme's own port.</summary>
    public string Authority => Uri.IsDefaultPort ? Name : $"{Name}:{Port}";

    /// <summary>The value of Origin (RFC 6454 6.2).</summary>
    public string Origin => $"{(IsSecure ? "https" : "http")}://{Authority}";

    /// <summary>The path that was given with it: not the relay's business, but where clients will want to go.</summary>
    public string Path => Uri.PathAndQuery;

    private string Name => Uri.HostNameType == UriHostNameType.IPv6 ? $"[{Host}]" : Host;

    public override string ToString() => PrintableText.OneLine($"{Uri.Scheme}://{Authority}", 300);

    /// <inheritdoc cref="HelloTarget.TryParse"/>
    public static bool TryParse(string? text, [NotNullWhen(true)] out RelayTarget? target, [NotNullWhen(false)] out string? fault)
    {
        target = null;
        if (!HelloTarget.TryParse(text, out var address, out fault)) return false;
        target = new RelayTarget(address.Uri);
        return true;
    }
}
