namespace RealtimeHello.Layers.Decoding;

/// <summary>Which side of the connection the recorder stands on: it tells whose bytes <see cref="Direction.Received"/> are.</summary>
public enum Perspective : byte
{
    /// <summary>Received bytes are the client's.</summary>
    Server,

    /// <summary>Received bytes are the server's.</summary>
    Client,
}
