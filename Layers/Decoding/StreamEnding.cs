namespace RealtimeHello.Layers.Decoding;

/// <summary>How a direction of a stream ended.</summary>
public enum StreamEnding : byte
{
    /// <summary>With a FIN: no more bytes come, in order.</summary>
    Finished,

    /// <summary>With a RST, or an error that stands for one.</summary>
    Reset,

    /// <summary>The recording stops here; the stream may go on.</summary>
    Cut,
}
