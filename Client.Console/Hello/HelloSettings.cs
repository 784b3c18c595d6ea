using RealtimeHello.Layers;

namespace RealtimeHello.Client.Hello;

/// <summary>What the user asked of <c>hello</c>.</summary>
internal sealed record HelloSettings
{
    public required HelloTarget Target { get; init; }

    /// <summary>The layers to show.</summary>
    public required IReadOnlySet<Layer> Layers { get; init; }

    /// <summary>Offered as Sec-WebSocket-Protocol; null: none.</summary>
    public string? Subprotocol { get; init; }

    /// <summary>In a pipe, how long a line waits for its answer, and everywhere the connection for its opening and close.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(10);
}
