namespace RealtimeHello.Layers.Decoding;

/// <summary>
/// Turns the bytes of one layer, in one direction, into events, and forwards the payload to the layer above.
/// Not thread-safe; no clock, no numbering: the same bytes give the same events, however they are cut.
/// Never throws for bad input: that becomes a <see cref="DecodeFault"/>, after which the decoder only counts bytes.
/// </summary>
public abstract class LayerDecoder(ILayerOutput output)
{
    /// <summary>Where events and payload go.</summary>
    protected ILayerOutput Output { get; } = output;

    /// <summary>Takes all of <paramref name="bytes"/>, which came from <paramref name="source"/> in the tap's stream.</summary>
    public abstract void Push(ReadOnlySpan<byte> bytes, ByteSource source);

    /// <summary>No more bytes come; the stream ended at <paramref name="offset"/>. What was begun and not finished becomes a fault.</summary>
    public abstract void Complete(StreamEnding ending, long offset);
}
