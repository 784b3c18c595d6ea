using RealtimeHello.Layers;

namespace RealtimeHello.Recording;

/// <summary>Gives the events of one chunk their sequences: by where they begin, not by how many were decoded before them.</summary>
internal struct EventNumbering(long number, long ticks)
{
    private long lastOffset = -1;
    private Layer lastLayer;
    private int ordinal;

    public LayerEvent Number(string connection, LayerDetail detail, TapPoint tap, Direction direction, ByteRange source)
    {
        ordinal = source.Start == lastOffset && detail.Layer == lastLayer ? ordinal + 1 : 0;
        (lastOffset, lastLayer) = (source.Start, detail.Layer);
        return new LayerEvent(
            new EventSequence(number, source.Start, detail.Layer, ordinal), connection, At, direction, tap, source, detail);
    }

    public readonly LayerEvent NumberFact(string connection, LayerDetail detail) =>
        new(new EventSequence(number, 0, detail.Layer, 0), connection, At, Direction.Local, null, null, detail);

    private readonly DateTimeOffset At => new(ticks, TimeSpan.Zero);
}
