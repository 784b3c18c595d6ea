namespace RealtimeHello.Layers.WebSockets;

/// <summary>RFC 6455 5.2: what a frame is.</summary>
public enum WebSocketOpcode : byte
{
    /// <summary>More of the message that an earlier frame began.</summary>
    Continuation = 0x0,

    /// <summary>UTF-8 text.</summary>
    Text = 0x1,

    /// <summary>Bytes.</summary>
    Binary = 0x2,

    /// <summary>Control: the end of one direction.</summary>
    Close = 0x8,

    /// <summary>Control: asks for a pong.</summary>
    Ping = 0x9,

    /// <summary>Control: answers a ping, or comes unasked.</summary>
    Pong = 0xA,
}
