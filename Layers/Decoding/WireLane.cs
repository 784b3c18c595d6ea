using RealtimeHello.Layers.Tls;

namespace RealtimeHello.Layers.Decoding;

/// <summary>One direction of the wire tap, until all of it is encrypted.</summary>
internal sealed class WireLane : ILayerOutput
{
    private readonly IConnectionOutput output;
    private readonly Direction direction;
    private TlsRecordDecoder? decoder;
    private long offset;

    public WireLane(IConnectionOutput output, Direction direction, DecoderLimits limits)
    {
        this.output = output;
        this.direction = direction;
        decoder = new TlsRecordDecoder(this, limits);
    }

    public void Push(ReadOnlySpan<byte> bytes)
    {
        decoder?.Push(bytes, ByteSource.Exact(offset, bytes.Length));
        offset += bytes.Length;
        if (decoder is { IsDone: true }) decoder = null;
    }

    public void Skip(long count)
    {
        if (decoder is not null) Emit(new Gap(Layer.Tls, count, "they were not recorded"), new ByteRange(offset, offset + count));
        decoder?.Complete(StreamEnding.Cut, offset);
        decoder = null;
        offset += count;
    }

    public void Complete(StreamEnding ending)
    {
        decoder?.Complete(ending, offset);
        decoder = null;
    }

    /// <inheritdoc/>
    public void Emit(LayerDetail detail, ByteRange source) => output.Emit(detail, TapPoint.Wire, direction, source);
}
