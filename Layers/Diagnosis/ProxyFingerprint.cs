namespace RealtimeHello.Layers.Diagnosis;

/// <summary>The proxies whose configuration lines are known.</summary>
public enum ProxyKind : byte
{
    /// <summary>None was recognised; that does not mean that there is none.</summary>
    Unknown,

    /// <summary>nginx, or OpenResty.</summary>
    Nginx,

    /// <summary>HAProxy.</summary>
    Haproxy,

    /// <summary>Apache httpd.</summary>
    Apache,

    /// <summary>Caddy.</summary>
    Caddy,
}

/// <summary>Which proxy handed an answer on, or gave it: told by what it leaves in the head or says itself. Of several, the nearest.</summary>
public static class ProxyFingerprint
{
    /// <summary>HAProxy's own answers, as it has them compiled in.</summary>
    private static readonly string[] HaproxySays =
    [
        "No server is available to handle this request.", "The server returned an invalid or incomplete response.", "The server didn't respond in time.",
        "Your browser didn't send a complete request in time.", "Request forbidden by administrative rules.",
        "You have sent too many requests in a given amount of time.",
    ];

    /// <param name="fields">The answer's header fields, their names as they were sent.</param>
    /// <param name="body">The beginning of its body.</param>
    /// <returns>The proxy, and by what it was recognised (for people to read); nothing of the latter when it was not.</returns>
    public static (ProxyKind Proxy, string By) Of(IReadOnlyList<KeyValuePair<string, string>> fields, string body)
    {
        ArgumentNullException.ThrowIfNull(fields);
        ArgumentNullException.ThrowIfNull(body);
        var servers = fields.Where(field => Is(field.Key, "Server")).Select(field => field.Value).ToList();
        if (servers.Any(server => server.StartsWith("nginx", StringComparison.OrdinalIgnoreCase) || server.StartsWith("openresty", StringComparison.OrdinalIgnoreCase)))
            return (ProxyKind.Nginx, "by its Server field");
        if (servers.Any(server => Is(server, "Caddy"))) return (ProxyKind.Caddy, "by its Server field");
        if (servers.Any(server => server.StartsWith("Apache/", StringComparison.OrdinalIgnoreCase) || Is(server, "Apache"))) return (ProxyKind.Apache, "by its Server field");
        if (HaproxySays.Any(words => body.Contains(words, StringComparison.Ordinal))) return (ProxyKind.Haproxy, "by the words of its own answer");
        if (body.Contains("Client sent an HTTP request to an HTTPS server.", StringComparison.Ordinal)) return (ProxyKind.Unknown, "");

        // HAProxy writes every field name in small letters on HTTP/1.1 too; but so do Envoy, and some servers by themselves, which say so in Server.
        var isQuiet = servers.All(server => Is(server, "Kestrel"));
        return isQuiet && fields.Count >= 2 && fields.All(field => IsHaproxys(field.Key))
            ? (ProxyKind.Haproxy, "probably: field names in small letters")
            : (ProxyKind.Unknown, "");
    }

    /// <summary>The one that it adds itself, where it sees an upgrade asked for and refused, it writes otherwise.</summary>
    private static bool IsHaproxys(string name) => name is "Sec-Websocket-Accept" || !name.Any(char.IsAsciiLetterUpper);

    private static bool Is(string text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);
}
