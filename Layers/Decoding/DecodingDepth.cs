namespace RealtimeHello.Layers.Decoding;

/// <summary>How much is decoded.</summary>
public enum DecodingDepth : byte
{
    /// <summary>
    /// TLS hellos and alerts, HTTP heads, the upgrade, frame headers (data payload skipped, no events for data frames), control frames,
    /// the SignalR handshake, closes. Allocates nothing for a data frame.
    /// </summary>
    Lifecycle,

    /// <summary>Every frame, message and hub message.</summary>
    Full,
}
