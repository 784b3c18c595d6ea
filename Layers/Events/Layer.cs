namespace RealtimeHello.Layers;

/// <summary>The layers of a connection, from the socket to the application.</summary>
public enum Layer : byte
{
    /// <summary>Opening, byte runs, half-close, reset, and the kernel's counters.</summary>
    Tcp,

    /// <summary>RFC 8446: hellos, handshake, alerts. Ciphertext stays opaque.</summary>
    Tls,

    /// <summary>RFC 9112: the request that asks for the WebSocket, and its answer.</summary>
    Http,

    /// <summary>RFC 6455: frames and messages.</summary>
    WebSocket,

    /// <summary>The SignalR hub protocol: the handshake and hub messages.</summary>
    SignalR,

    /// <summary>The hub's lifecycle: connects, calls, groups, sends, disconnects.</summary>
    Hub,

    /// <summary>What the application itself says it did.</summary>
    Application,
}
