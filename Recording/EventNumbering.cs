using RealtimeHello.Layers;

namespace RealtimeHello.Recording;

/// <summary>
/// Gives the events of one chunk their sequences: by where they begin, not by how many were decoded before them. Events of one layer that begin at
/// one offset, such as a message and its first frame, are told apart by an ordinal.
/// </summary>
internal struct EventNumbering(long number, long ticks)
{
    /// <summary>Made with the first event: most chunks of a connection that nobody looks at have none, and each connection holds one of these.</summary>
    private Places? places;

    /// <summary>Of the chunk or fact.</summary>
    public readonly long EntryNumber => number;

    public LayerEvent Number(string connection, LayerDetail detail, TapPoint tap, Direction direction, ByteRange source) =>
        new(new EventSequence(number, source.Start, detail.Layer, Ordinal((detail.Layer, source.Start))), connection, At, direction, tap, source, detail);

    public readonly LayerEvent NumberFact(string connection, LayerDetail detail) =>
        new(new EventSequence(number, 0, detail.Layer, 0), connection, At, Direction.Local, null, null, detail);

    private readonly DateTimeOffset At => new(ticks, TimeSpan.Zero);

    private int Ordinal((Layer Layer, long Offset) place)
    {
        if (places is not null) return places.Ordinal(place);
        places = new Places(place);
        return 0;
    }

    private sealed class Places((Layer Layer, long Offset) first)
    {
        private Dictionary<(Layer Layer, long Offset), int>? counts;

        /// <summary>Most chunks have one event, and need no table.</summary>
        public int Ordinal((Layer Layer, long Offset) place)
        {
            counts ??= new() { [first] = 1 };
            var ordinal = counts.GetValueOrDefault(place);
            counts[place] = ordinal + 1;
            return ordinal;
        }
    }
}
