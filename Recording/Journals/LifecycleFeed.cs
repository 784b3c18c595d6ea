using RealtimeHello.Layers;

namespace RealtimeHello.Recording.Journals;

/// <summary>
/// The lifecycle events of all connections, as they come: a ring of bounded length that every reader reads at its own pace. The writer never waits;
/// a reader that is too slow is told how many it missed. What every reader has read is let go of.
/// </summary>
public sealed class LifecycleFeed
{
    private readonly LayerEvent?[] ring;
    private readonly Lock gate = new();
    private LifecycleReader[] readers = [];
    private long start;
    private long end;

    internal LifecycleFeed(int capacity) => ring = new LayerEvent?[capacity];

    /// <summary>A reader that begins with what comes from now on. Dispose it to let go.</summary>
    public LifecycleReader Subscribe()
    {
        lock (gate)
        {
            var reader = new LifecycleReader(this, end);
            readers = [.. readers, reader];
            return reader;
        }
    }

    internal void Append(LayerEvent happened)
    {
        LifecycleReader[] waiting;
        lock (gate)
        {
            if (readers.Length == 0) return;
            ring[end % ring.Length] = happened;
            end++;
            start = Math.Max(start, end - ring.Length);
            waiting = readers;
        }

        foreach (var reader in waiting) reader.Ring();
    }

    /// <returns>How many events the reader missed.</returns>
    internal long Read(LifecycleReader reader, List<LayerEvent> events)
    {
        lock (gate)
        {
            var missed = Math.Max(0, start - reader.Cursor);
            for (reader.Cursor += missed; reader.Cursor < end; reader.Cursor++) events.Add(ring[reader.Cursor % ring.Length]!);
            LetGo();
            return missed;
        }
    }

    internal void Unsubscribe(LifecycleReader reader)
    {
        lock (gate)
        {
            readers = [.. readers.Where(other => other != reader)];
            LetGo();
        }
    }

    /// <summary>The events hold whole heads: at rest, nothing is to be kept of them.</summary>
    private void LetGo()
    {
        var needed = readers.Length == 0 ? end : readers.Min(reader => reader.Cursor);
        for (; start < needed; start++) ring[start % ring.Length] = null;
    }
}
