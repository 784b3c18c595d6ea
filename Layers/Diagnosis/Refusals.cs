using System.Text.RegularExpressions;

namespace RealtimeHello.Layers.Diagnosis;

/// <summary>What refused a request, as far as the answer itself tells.</summary>
internal enum RefusedBy
{
    /// <summary>It does not tell.</summary>
    Unknown,

    /// <summary>The rule for Origin.</summary>
    Origin,

    /// <summary>The rule for Host.</summary>
    Host,

    /// <summary>A rule of a proxy's, which answered by itself.</summary>
    ProxyRule,
}

/// <summary>Reads a refusal's body.</summary>
internal static partial class Refusals
{
    /// <param name="body">Its beginning, from anybody; it is looked at for words alone.</param>
    public static RefusedBy Of(string? body) => body switch
    {
        null or "" => RefusedBy.Unknown,
        _ when NamesHost.IsMatch(body) => RefusedBy.Host,
        _ when NamesProxy.IsMatch(body) => RefusedBy.ProxyRule,
        _ when NamesOrigin.IsMatch(body) => RefusedBy.Origin,
        _ => RefusedBy.Unknown,
    };

    /// <summary>This server's own words, and those of development servers: "Blocked request. This host is not allowed."</summary>
    [GeneratedRegex(@"\bhost( name| header)?\b[^<]{0,120}\b(not allowed|of this request)|invalid host header", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NamesHost { get; }

    /// <summary>The pages of nginx, HAProxy and Apache for 403.</summary>
    [GeneratedRegex("<center>nginx|forbidden by administrative rules|You don't have permission to access this resource", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NamesProxy { get; }

    /// <summary>The word, but not in the "origin server" of a gateway's page.</summary>
    [GeneratedRegex(@"\borigins?\b(?! (web )?server)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NamesOrigin { get; }
}
