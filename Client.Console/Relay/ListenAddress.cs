using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.Relay;

/// <summary>Where the relay listens: a host, a port, and whether with TLS.</summary>
/// <param name="Host">A name, an IP address, or <c>*</c> for all of this machine's.</param>
/// <param name="Port">0: a free one.</param>
/// <param name="IsSecure">With TLS, for which the relay makes a certificate.</param>
internal sealed record ListenAddress(string Host, int Port, bool IsSecure)
{
    /// <summary>The scheme of its HTTP addresses.</summary>
    public string Scheme => IsSecure ? "https" : "http";

    /// <summary>Reads <c>PORT</c>, <c>HOST:PORT</c>, and either behind <c>ws://</c>, <c>http://</c>, <c>wss://</c> or <c>https://</c>. Without a host only this machine can come.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ListenAddress? address, [NotNullWhen(false)] out string? fault)
    {
        (address, fault) = (null, null);
        var written = text?.Trim() ?? "";
        var isSecure = false;
        if (written.IndexOf("://", StringComparison.Ordinal) is var end and > 0)
        {
            var scheme = written[..end].ToLowerInvariant();
            if (scheme is not ("ws" or "http" or "wss" or "https"))
            {
                fault = $"--listen begins with ws:// or wss:// (http:// and https:// do too), or with no scheme, not with {PrintableText.OneLine(scheme, 20)}://.";
                return false;
            }

            isSecure = scheme is "wss" or "https";
            written = written[(end + 3)..].TrimEnd('/');
        }

        var colon = written.LastIndexOf(':');
        var host = colon < 0 ? "" : written[..colon].TrimStart('[').TrimEnd(']');
        if (!int.TryParse(written[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > IPEndPoint.MaxPort)
        {
            fault = $"--listen is HOST:PORT or PORT, such as localhost:5090, not '{PrintableText.OneLine(text ?? "", 100)}'.";
            return false;
        }

        if (host.Length > 0 && host != "*" && Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            fault = $"'{PrintableText.OneLine(host, 100)}' is neither a name nor an address to listen at.";
            return false;
        }

        address = new ListenAddress(host.Length == 0 ? "localhost" : host, port, isSecure);
        return true;
    }

    /// <summary>For sentences and links: a host by which this machine reaches it.</summary>
    public string Link(int port) => $"{Scheme}://{(Host == "*" ? "localhost" : Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{port.ToString(CultureInfo.InvariantCulture)}";
}
