namespace RealtimeHello.Layers.Decoding;

/// <summary>
/// What both directions have to know of each other, and what later bytes can't be decoded without. Kept when the bytes that told it are evicted.
/// </summary>
public sealed record ConnectionFacts
{
    /// <summary>Those that were found out last, by a hash of them: few kinds of connections, and many of each.</summary>
    private static readonly ConnectionFacts?[] last = new ConnectionFacts?[64];

    /// <summary>The path of the request for a WebSocket, without its query; null before there was one.</summary>
    public string? Path { get; init; }

    /// <summary>101 was seen.</summary>
    public bool Upgraded { get; init; }

    /// <summary>Sec-WebSocket-Protocol of the answer.</summary>
    public string? Subprotocol { get; init; }

    /// <summary>Sec-WebSocket-Extensions of the answer.</summary>
    public string? Extensions { get; init; }

    /// <summary>The hub protocol that the client's SignalR handshake asks for; null before it did.</summary>
    public string? RequestedHubProtocol { get; init; }

    /// <summary>The hub protocol of an accepted SignalR handshake: json, messagepack; null for a WebSocket that does not speak SignalR, or not yet.</summary>
    public string? HubProtocol { get; init; }

    /// <summary>The client's first message was looked at, and was no SignalR handshake: this is another protocol.</summary>
    public bool IsNotSignalR { get; init; }

    /// <summary>The same facts, in one instance for many connections.</summary>
    internal static ConnectionFacts Shared(ConnectionFacts facts)
    {
        ref var place = ref last[(uint)facts.GetHashCode() % (uint)last.Length];
        var known = Volatile.Read(ref place);
        if (facts.Equals(known)) return known;
        Volatile.Write(ref place, facts);
        return facts;
    }
}
