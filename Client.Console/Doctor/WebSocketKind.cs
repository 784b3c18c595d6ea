namespace RealtimeHello.Client.Doctor;

/// <summary>What is spoken over a WebSocket.</summary>
internal enum WebSocketKind
{
    /// <summary>Something else, or nothing of its own.</summary>
    Plain,

    /// <summary>Every message comes back.</summary>
    Echo,

    /// <summary>A SignalR hub (https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md).</summary>
    SignalR,

    /// <summary>Engine.IO, which carries Socket.IO (https://socket.io/docs/v4/engine-io-protocol/).</summary>
    EngineIo,

    /// <summary>Phoenix Channels (https://hexdocs.pm/phoenix/writing_a_channels_client.html).</summary>
    Phoenix,
}
