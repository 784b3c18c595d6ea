using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Layers.Http;

/// <summary>What the two directions of an HTTP/1.1 connection have to know of each other. Let go of when the connection becomes something else.</summary>
/// <param name="path">The path of the last request for a WebSocket, where it is known from before.</param>
internal sealed class HttpConversation(string? path = null)
{
    /// <summary>How many requests may wait for their answers.</summary>
    public const int MaximumOutstanding = 64;

    private readonly Queue<HttpOutstandingRequest> outstanding = new();

    /// <summary>A request for a WebSocket was not answered yet: the client's next bytes are frames or another request.</summary>
    public bool AwaitsUpgrade { get; private set; }

    /// <summary>The path of the last request for a WebSocket.</summary>
    public string? WebSocketPath { get; private set; } = path;

    /// <summary>What the connection has become.</summary>
    public HttpOutcome Outcome { get; private set; }

    /// <summary>The answer that made it a WebSocket.</summary>
    public HttpUpgraded? Upgraded { get; private set; }

    /// <summary>The client's bytes that came while <see cref="AwaitsUpgrade"/>. Whoever appends watches the limit.</summary>
    public PooledBytes Held;

    /// <summary>False when too many requests wait for their answers.</summary>
    public bool TryAsk(HttpRequest request, string? key)
    {
        if (outstanding.Count == MaximumOutstanding) return false;
        outstanding.Enqueue(new HttpOutstandingRequest(request.Method, request.AsksForWebSocket, key));
        if (request.AsksForWebSocket)
        {
            AwaitsUpgrade = true;
            WebSocketPath = request.Path;
        }

        return true;
    }

    /// <summary>The request that the next final answer is for; null when the answer came unasked.</summary>
    public HttpOutstandingRequest? Answer()
    {
        if (!outstanding.TryDequeue(out var request)) return null;
        if (request.AsksForWebSocket) AwaitsUpgrade = false;
        return request;
    }

    /// <summary>The request that an interim answer is for, which goes on waiting.</summary>
    public HttpOutstandingRequest? Peek() => outstanding.TryPeek(out var request) ? request : null;

    /// <summary>No answer of what was asked up to here comes.</summary>
    public void Forget()
    {
        outstanding.Clear();
        AwaitsUpgrade = false;
    }

    public void BecomeWebSocket(HttpUpgraded upgraded)
    {
        Upgraded = upgraded;
        Outcome = HttpOutcome.WebSocket;
    }

    /// <summary>From here on neither direction can be decoded.</summary>
    public void BecomeOpaque() => Outcome = HttpOutcome.Opaque;
}

/// <summary>A request that was not answered yet.</summary>
/// <param name="Method">Some answers depend on it.</param>
/// <param name="AsksForWebSocket">It asks for a WebSocket.</param>
/// <param name="Key">Its Sec-WebSocket-Key, if it asks for a WebSocket.</param>
internal readonly record struct HttpOutstandingRequest(string Method, bool AsksForWebSocket, string? Key);

internal enum HttpOutcome : byte
{
    Http,
    WebSocket,
    Opaque,
}
