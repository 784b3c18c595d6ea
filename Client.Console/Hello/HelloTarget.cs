using System.Diagnostics.CodeAnalysis;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.Hello;

/// <summary>The address of a bare WebSocket, of any server.</summary>
internal sealed record HelloTarget
{
    public const string Default = "http://localhost:5080/hello";

    private HelloTarget(Uri uri) => Uri = uri;

    /// <summary>With the scheme ws or wss.</summary>
    public Uri Uri { get; }

    /// <summary>It was written with the scheme http or https, and advice is to be too.</summary>
    public bool IsHttp { get; init; }

    /// <summary>Another path of the same server, written as this one was; null: it can be none.</summary>
    public HelloTarget? At(string path) => TryParse(new Uri(Uri, path).AbsoluteUri, out var target, out _) ? target with { IsHttp = IsHttp } : null;

    /// <summary>For sentences: one line, harmless, without the query, which may hold a token.</summary>
    public override string ToString() => PrintableText.OneLine(Uri.GetLeftPart(UriPartial.Path), 300);

    /// <summary>Reads <c>ws</c>, <c>wss</c>, <c>http</c> and <c>https</c> addresses; without a scheme, ws.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="target">The address, when the result is true.</param>
    /// <param name="fault">One sentence, when the result is false.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out HelloTarget? target, [NotNullWhen(false)] out string? fault)
    {
        target = null;
        var written = text?.Trim() ?? "";
        if (!written.Contains("://", StringComparison.Ordinal)) written = "ws://" + written;
        if (!Uri.TryCreate(written, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            fault = $"'{text}' is not an address; write it like ws://localhost:5080/hello.";
            return false;
        }

        var scheme = uri.Scheme switch
        {
            "http" or "ws" => "ws",
            "https" or "wss" => "wss",
            _ => null,
        };
        if (scheme is null) fault = $"A WebSocket's address begins with ws:// or wss:// (http:// and https:// do too), not with {uri.Scheme}://.";
        else if (uri.UserInfo.Length > 0) fault = "A WebSocket's address holds no user name or password.";
        else if (uri.Fragment.Length > 0) fault = "A WebSocket's address has no '#' (RFC 6455 3).";
        else fault = null;
        if (fault is not null) return false;

        target = new HelloTarget(new UriBuilder(uri) { Scheme = scheme!, Port = uri.IsDefaultPort ? -1 : uri.Port }.Uri) { IsHttp = uri.Scheme is "http" or "https" };
        return true;
    }
}
