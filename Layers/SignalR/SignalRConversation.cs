namespace RealtimeHello.Layers.SignalR;

/// <summary>What the two directions of a SignalR connection have to know of each other.</summary>
internal sealed class SignalRConversation
{
    /// <summary>The protocol that the client asked for; null before it did.</summary>
    public string? RequestedProtocol { get; set; }

    /// <summary>The client's first message was no handshake: this is another protocol.</summary>
    public bool IsNotSignalR { get; set; }

    /// <summary>
    /// It goes on with an earlier connection (stateful reconnect): there is no handshake, and each direction begins with a Sequence message.
    /// </summary>
    public bool IsResumed { get; set; }

    /// <summary>The server accepted the handshake.</summary>
    public bool IsAccepted { get; set; }
}
