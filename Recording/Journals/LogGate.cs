using RealtimeHello.Layers;
using RealtimeHello.Recording.Taps;

namespace RealtimeHello.Recording.Journals;

/// <summary>
/// What stands in front of a connection's log: its lock, and the last few messages of a fan-out, which wait there to be written together. Whoever reads the log or adds to it finds them written.
/// A fan-out comes by hundreds of connections in turn and finds what belongs to each out of the processor's caches: so a message that waits touches nothing of its connection but this and its place.
/// </summary>
internal sealed class LogGate(Journal journal) : IMessageTap
{
    private PendingMessages? pending;
    private byte count;
    private bool isOpen;
    private Direction direction;

    /// <summary>Memory for what waits, in bytes.</summary>
    public long Size => pending is null ? 0 : PendingMessages.Size;

    /// <inheritdoc/>
    public bool TryTake(Direction direction, ReadOnlySpan<byte> bytes)
    {
        if (journal.FanOuts.FindLatest(bytes) is not { } message) return false;
        var isOver = false;
        PendingMessages? places;
        lock (this)
        {
            // Known to be there, they are not looked at: the place itself is only written to, which waits for no memory.
            places = pending;
            if (places is null || !isOpen || direction != this.direction) return false;
            try
            {
                var number = journal.NextNumber(places);
                ref var place = ref places.At(count);
                place.Message = message;
                place.Number = number;
                // Last, since it takes a moment, in which the memory of the place comes; the lock is let go of with what was written.
                place.Ticks = journal.Time.GetUtcNow().Ticks;
                if (++count == PendingMessages.Most) isOver = Settle();
            }
            catch (Exception exception)
            {
                places.Fail(exception);
            }
        }

        if (isOver) journal.Trim();
        return true;
    }

    /// <summary>From now on whole messages of that direction, which is the server's, may wait, until something else comes in it; not where as many connections' do already. The caller holds the lock.</summary>
    public void Open(Direction direction, IPendingWriter writer)
    {
        pending ??= journal.TakePlaces()?.For(writer);
        this.direction = direction;
        isOpen = pending is not null;
    }

    /// <summary>Something else of that direction comes than whole messages: the next one has to be looked at. What waits is written first. The caller holds the lock.</summary>
    /// <returns>The journal is over its budget.</returns>
    public bool Close(Direction direction)
    {
        if (direction == this.direction) isOpen = false;
        return Settle();
    }

    /// <summary>Writes what waits. The caller holds the lock.</summary>
    /// <returns>The journal is over its budget.</returns>
    public bool Settle()
    {
        if (count == 0) return false;
        var waiting = count;
        // Writing comes by here again.
        count = 0;
        return pending!.Write(direction, waiting);
    }

    /// <summary>Nothing more is recorded: what waits is lost. The caller holds the lock.</summary>
    public void Shut()
    {
        count = 0;
        isOpen = false;
        if (pending is null) return;
        pending.Drop();
        pending = null;
        journal.GivePlacesBack();
    }
}
