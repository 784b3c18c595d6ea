namespace RealtimeHello.Layers;

/// <summary>Which way the bytes of an event went, as the recorder sees it.</summary>
public enum Direction : byte
{
    /// <summary>From the peer to the recorder's side.</summary>
    Received,

    /// <summary>From the recorder's side to the peer.</summary>
    Sent,

    /// <summary>A fact without bytes of its own.</summary>
    Local,
}
