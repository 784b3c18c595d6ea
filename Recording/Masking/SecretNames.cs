namespace RealtimeHello.Recording.Masking;

/// <summary>The names of header fields and query parameters whose values are masked before anything is stored. Compared without case.</summary>
public sealed class SecretNames
{
    private readonly HashSet<string> headers = new(StringComparer.OrdinalIgnoreCase) { "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie" };
    private readonly HashSet<string> query = new(StringComparer.OrdinalIgnoreCase) { "access_token", "code" };

    /// <summary>Header fields whose values are masked.</summary>
    public ICollection<string> Headers => headers;

    /// <summary>Query parameters whose values are masked: in a request's target, and in Referer and Location.</summary>
    public ICollection<string> QueryParameters => query;

    /// <summary>The longest name of either kind.</summary>
    internal const int LongestName = 64;

    internal bool IsSecretHeader(ReadOnlySpan<char> name) => headers.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name);

    internal bool IsSecretParameter(ReadOnlySpan<char> name) => query.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name);
}
