namespace RealtimeHello.Layers;

/// <summary>
/// A run of bytes in one direction of one tap's stream, counted from the stream's first byte.
/// Layers nest by interval: the hub messages lie in a frame, the frames in a byte run.
/// </summary>
/// <param name="Start">Offset of the first byte.</param>
/// <param name="End">Offset behind the last byte.</param>
public readonly record struct ByteRange(long Start, long End)
{
    /// <summary>The number of bytes.</summary>
    public long Length => End - Start;

    /// <summary>True when every byte of <paramref name="inner"/> lies in this range.</summary>
    public bool Contains(ByteRange inner) => Start <= inner.Start && inner.End <= End;

    /// <inheritdoc/>
    public override string ToString() => $"[{Start}, {End})";
}
