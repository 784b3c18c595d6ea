namespace RealtimeHello.Layers.Decoding;

/// <summary>A decoder that stands directly on the plain tap, and can stop where the <see cref="PlainPhase"/> changes.</summary>
internal abstract class PlainDecoder(ILayerOutput output) : LayerDecoder(output)
{
    /// <summary>What the next byte is part of.</summary>
    public abstract PlainPhase Phase { get; }

    /// <summary>
    /// Takes at least one byte, and at most those up to where <see cref="Phase"/> changes; <paramref name="offset"/> is that of the first.
    /// Not called while the phase is <see cref="PlainPhase.Undecided"/> or <see cref="PlainPhase.Opaque"/>.
    /// </summary>
    /// <returns>How many bytes it took.</returns>
    public abstract int Advance(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>
    /// Takes <paramref name="count"/> bytes that are not there, the first at <paramref name="offset"/>.
    /// False when the decoder can't go on without them.
    /// </summary>
    public abstract bool TrySkip(long count, long offset);

    /// <inheritdoc/>
    public sealed override void Push(ReadOnlySpan<byte> bytes, ByteSource source)
    {
        var at = 0;
        while (at < bytes.Length && Phase is not (PlainPhase.Undecided or PlainPhase.Opaque))
            at += Advance(bytes[at..], source.Range.Start + at);
    }
}
