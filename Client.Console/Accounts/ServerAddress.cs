using System.Diagnostics.CodeAnalysis;

namespace RealtimeHello.Client.Accounts;

/// <summary>Where a chat server is: an http or https address, perhaps with a path prefix in front of its endpoints.</summary>
internal sealed record ServerAddress
{
    public const string Default = "http://localhost:5080";

    private ServerAddress(Uri root) => Root = root;

    /// <summary>Ends with a slash.</summary>
    public Uri Root { get; }

    public Uri Session => new(Root, "session");

    /// <summary>The hub, with the scheme of a WebSocket.</summary>
    public Uri Hub => new UriBuilder(new Uri(Root, "chat")) { Scheme = Root.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs }.Uri;

    /// <summary>As people write it, without the slash at the end.</summary>
    public override string ToString() => Root.AbsoluteUri.TrimEnd('/');

    /// <summary>Reads <c>http</c>, <c>https</c>, <c>ws</c> and <c>wss</c> addresses; without a scheme, http.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="address">The address, when the result is true.</param>
    /// <param name="fault">One sentence, when the result is false.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ServerAddress? address, [NotNullWhen(false)] out string? fault)
    {
        address = null;
        var written = text?.Trim() ?? "";
        if (!written.Contains("://", StringComparison.Ordinal)) written = "http://" + written;
        if (!Uri.TryCreate(written, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            fault = $"'{text}' is not a server's address; write it like {Default}.";
            return false;
        }

        var scheme = uri.Scheme switch
        {
            "http" or "ws" => "http",
            "https" or "wss" => "https",
            _ => null,
        };
        if (scheme is null) fault = $"A server's address begins with http:// or https://, not with {uri.Scheme}://.";
        else if (uri.UserInfo.Length > 0) fault = "A server's address holds no user name or password; the name is given with --name.";
        else if (uri.Query.Length > 0 || uri.Fragment.Length > 0) fault = "A server's address ends before '?' and '#'.";
        else fault = null;
        if (fault is not null) return false;

        var port = uri.IsDefaultPort ? -1 : uri.Port;
        address = new ServerAddress(new UriBuilder(scheme!, uri.Host, port, uri.AbsolutePath.TrimEnd('/') + "/").Uri);
        return true;
    }
}
