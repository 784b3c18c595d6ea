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

    /// <summary>
    /// Takes all of <paramref name="bytes"/>. <paramref name="source"/> is where they came from in the tap's stream: as long as
    /// <paramref name="bytes"/> when they stand there as they are (masked or not), of another length when they were compressed, and then
    /// every byte is said to come from all of it.
    /// </summary>
    public abstract void Push(ReadOnlySpan<byte> bytes, ByteRange source);

    /// <summary>No more bytes come. What was begun and not finished becomes a fault.</summary>
    public abstract void Complete(StreamEnding ending);
}
