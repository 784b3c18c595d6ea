namespace RealtimeHello.Recording.Masking;

/// <summary>
/// The names of header fields, query parameters and properties of payloads whose values are masked before anything is stored. Compared without
/// case. To be filled before the first connection comes.
/// </summary>
public sealed class SecretNames
{
    private readonly HashSet<string> headers = new(StringComparer.OrdinalIgnoreCase) { "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie" };
    private readonly HashSet<string> properties = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> query = new(StringComparer.OrdinalIgnoreCase) { "access_token", "code", "id" };

    /// <summary>Header fields whose values are masked.</summary>
    public ICollection<string> Headers => headers;

    /// <summary>
    /// Query parameters whose values are masked: in a request's target, and where an address stands in a field, such as Referer, Location or X-Original-URL. <c>id</c> is one of them: since version 1 of its
    /// negotiation SignalR has its connection token there, and whoever knows that can send as its user.
    /// </summary>
    public ICollection<string> QueryParameters => query;

    /// <summary>
    /// Properties whose values are masked in WebSocket messages: of JSON objects, and of maps in SignalR's MessagePack; at any depth, everything
    /// below. None by default. While there are any, compressed messages are masked whole.
    /// </summary>
    public ICollection<string> Properties => properties;

    /// <summary>The longest name of any kind, in characters; a longer one never matches.</summary>
    internal const int LongestName = 64;

    internal bool HasProperties => properties.Count > 0;

    internal bool IsSecretHeader(ReadOnlySpan<char> name) => headers.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name);

    internal bool IsSecretParameter(ReadOnlySpan<char> name) => query.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name);

    internal bool IsSecretProperty(ReadOnlySpan<char> name) => properties.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name);
}
