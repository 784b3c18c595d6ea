using System.Runtime.CompilerServices;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Recording;

/// <summary>
/// A cursor into all connections of a journal, or one of them: gives their events in the order in which they were recorded, each once. So whoever got one has got all that
/// were recorded before it, and reading on behind it misses none. What a connection recorded before one may see it comes when one may, out of that order. Dispose it to let go. For one thread at a time.
/// </summary>
public sealed class JournalReader : IDisposable
{
    /// <summary>Events of one connection that are decoded before they are given.</summary>
    private const int AtOnce = 256;

    private readonly Journal journal;
    private readonly JournalWatch watch;
    private readonly ConnectionReaders readers;
    private readonly HashSet<ConnectionRecord> due = [];
    private readonly PriorityQueue<(ConnectionRecord Record, long SeenSince), long> turns = new();
    private readonly List<LayerEvent> events = [];
    private readonly bool fromNow;

    /// <summary>Of which something was given.</summary>
    private readonly ConditionalWeakTable<ConnectionRecord, object> begun = [];

    /// <summary>Begins to read.</summary>
    /// <param name="journal">What is read.</param>
    /// <param name="depth">How deep.</param>
    /// <param name="connection">Only the connection of that id; null: all.</param>
    /// <param name="after">Only what was recorded behind this, as far as it is still there; null: what is recorded from now on.</param>
    public JournalReader(Journal journal, DecodingDepth depth, string? connection = null, EventSequence? after = null)
    {
        ArgumentNullException.ThrowIfNull(journal);
        this.journal = journal;
        fromNow = after is null;
        readers = new ConnectionReaders(depth, journal.Options.Decoders);
        // In this order: whatever has a number above the last one found the watch there.
        watch = journal.Watch(connection);
        From = after ?? EventSequence.Behind(journal.LastNumber);
        if (after is not null) due.UnionWith(journal.Connections.Where(record => connection is null || record.Id == connection));
    }

    /// <summary>What was recorded behind this is given.</summary>
    public EventSequence From { get; }

    /// <summary>Completes when there is something to read: true; or when this was disposed of: false.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default) => due.Count > 0 ? ValueTask.FromResult(true) : watch.WaitAsync(cancellationToken);

    /// <summary>What was recorded since the last time, up to now. Has to be enumerated to its end; each enumeration reads on.</summary>
    /// <param name="seenSince">
    /// The number from which on a connection may be seen: where that is not below <see cref="From"/>, what it recorded before is given, too, perhaps again. Null: it is not to be read. Asked anew each time; null: all may be seen
    /// from their beginning on.
    /// </param>
    public IEnumerable<LayerEvent> Read(Func<ConnectionRecord, long?>? seenSince = null)
    {
        // First: whoever has a number up to this one has marked its connection, which is read behind its lock.
        var through = journal.LastNumber;
        due.UnionWith(watch.Take());
        foreach (var record in due)
        {
            if ((seenSince is null ? 0 : seenSince(record)) is not { } since || !Enqueue(record, since)) due.Remove(record);
        }

        while (turns.TryDequeue(out var turn, out var number))
        {
            var record = turn.Record;
            // What was recorded since stays due, and is read the next time.
            if (number > through || record.IsForgotten) continue;
            events.Clear();
            var hasMore = readers.Read(record, events, AtOnce, turns.TryPeek(out _, out var next) ? Math.Min(next, through) : through);
            if (!hasMore || !Enqueue(record, turn.SeenSince)) due.Remove(record);
            var isNew = fromNow && !begun.TryGetValue(record, out _);
            foreach (var happened in events)
            {
                if (happened.Sequence <= From && turn.SeenSince < From.Number) continue;
                // Of a connection from before, what was evicted up to here is nothing that this reader misses.
                if (isNew && happened.Detail is Gap { Reason: Gap.Evicted }) continue;
                if (isNew) begun.Add(record, record);
                isNew = false;
                yield return happened;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => watch.Dispose();

    /// <summary>Its turn comes by the number of what it has next; false: it has nothing.</summary>
    private bool Enqueue(ConnectionRecord record, long seenSince)
    {
        if (record.IsForgotten || readers.NextOf(record) is not { } number) return false;
        turns.Enqueue((record, seenSince), number);
        return true;
    }
}
