namespace RealtimeHello.Layers.Decoding;

/// <summary>Where bytes that are pushed into a <see cref="LayerDecoder"/> came from in the tap's stream.</summary>
/// <param name="Range">The bytes of the tap's stream.</param>
/// <param name="IsExact">
/// True when they stand there one by one (masked or not). False when they were compressed: then each of them is said to come from all of
/// <paramref name="Range"/>.
/// </param>
public readonly record struct ByteSource(ByteRange Range, bool IsExact)
{
    /// <summary>The bytes from <paramref name="offset"/> on, as they stand in the stream.</summary>
    public static ByteSource Exact(long offset, int count) => new(new ByteRange(offset, offset + count), true);

    /// <summary>Where the pushed bytes from <paramref name="start"/> up to, not including, <paramref name="end"/> came from.</summary>
    public ByteRange Of(int start, int end) => IsExact ? new ByteRange(Range.Start + start, Range.Start + end) : Range;

    /// <summary>The source of what is left when the first <paramref name="count"/> pushed bytes are taken away.</summary>
    public ByteSource From(int count) => IsExact ? this with { Range = Range with { Start = Range.Start + count } } : this;
}
