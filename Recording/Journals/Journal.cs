using System.Collections.Concurrent;
using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Recording.Journals;

/// <summary>
/// The bounded store of chunks and facts of all connections, live and recently closed, that everyone reads from. Thread-safe. When
/// a budget is exceeded, closed connections are forgotten first, the oldest first; then what is oldest of the live ones.
/// </summary>
public sealed class Journal
{
    private const int GatesAtOnce = 64;

    /// <summary>Of the budget, what the places of messages may take that wait: so many connections' may. Those of others don't.</summary>
    private const int ShareOfPlaces = 8;

    private readonly ConcurrentDictionary<string, ConnectionRecord> records = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<ConnectionRecord> closed = new();
    private readonly ConcurrentQueue<ConnectionRecord> closedOthers = new();

    /// <summary>Those with places for another connection; also what guards which they have.</summary>
    private readonly List<PendingRows> placesLeft = [];
    private readonly Lock trimming = new();
    private JournalWatch[] watches = [];
    private long lastNumber;
    private long size;
    private long sizeOfPlaces;

    /// <summary>An empty journal.</summary>
    public Journal(JournalOptions? options = null, TimeProvider? time = null)
    {
        Options = options ?? new JournalOptions();
        Time = time ?? TimeProvider.System;
        Lifecycle = new LifecycleFeed(Options.LifecycleEvents);
        Gates = new SideBySide<LogGate>(() => new LogGate(), GatesAtOnce);
    }

    /// <summary>The budgets.</summary>
    public JournalOptions Options { get; }

    /// <summary>Lifecycle events as they come.</summary>
    public LifecycleFeed Lifecycle { get; }

    /// <summary>The connections, in no order: open ones, and recently closed ones.</summary>
    public IEnumerable<ConnectionRecord> Connections => records.Values;

    /// <summary>Memory in use for entries and bytes.</summary>
    public long Size => Interlocked.Read(ref size);

    /// <summary>The process stops: closes from here on have that cause.</summary>
    public bool IsStopping { get; set; }

    internal TimeProvider Time { get; }

    internal EntryPacker Packer { get; } = new();

    /// <summary>Those of records to come.</summary>
    internal SideBySide<LogGate> Gates { get; }

    /// <summary>Messages that go to many connections.</summary>
    internal FanOuts FanOuts { get; } = new();

    /// <summary>The connection of that id, if it is still here.</summary>
    public ConnectionRecord? Find(string id) => records.GetValueOrDefault(id);

    /// <summary>The recorder of the connection of that id, while it is open.</summary>
    public ConnectionRecorder? FindRecorder(string id) => Find(id)?.Counting as ConnectionRecorder;

    /// <summary>Begins a record. An id that is in use already gets a number behind it.</summary>
    /// <param name="id">Unique among the connections.</param>
    /// <param name="perspective">Which side the recorder stands on.</param>
    /// <param name="remote">The peer's address and port.</param>
    /// <param name="local">This side's address and port.</param>
    /// <param name="secrets">What is masked before it is stored.</param>
    public ConnectionRecorder Open(string id, Perspective perspective, string remote, string local, Masking.SecretNames secrets)
    {
        var unique = id;
        for (var i = 2; ; i++)
        {
            var record = new ConnectionRecord(unique, perspective, Time.GetUtcNow(), remote, local, this) { CompressedIsMasked = secrets.HasProperties };
            if (records.TryAdd(unique, record)) return new ConnectionRecorder(this, record, secrets);
            unique = $"{id}-{i}";
        }
    }

    /// <summary>Begins the record of a connection that was recorded elsewhere; null when there is one of that id.</summary>
    internal ConnectionRecord? Restore(string id, Perspective perspective, DateTimeOffset openedAt, string remote, string local)
    {
        var record = new ConnectionRecord(id, perspective, openedAt, remote, local, this);
        return records.TryAdd(id, record) ? record : null;
    }

    /// <summary>Forgets a connection that nobody should see, such as the feed's own: what goes over it from now on is not recorded.</summary>
    public void Forget(ConnectionRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        lock (record.Log.Gate) record.IsForgotten = true;
        if (records.TryRemove(KeyValuePair.Create(record.Id, record))) Grow(-record.Log.Clear());
    }

    /// <summary>A watch over everything that is recorded from now on. Dispose it to let go.</summary>
    /// <param name="connection">Only of the connection of that id; null: of all.</param>
    public JournalWatch Watch(string? connection = null)
    {
        var watch = new JournalWatch(this, connection);
        lock (trimming) watches = [.. watches, watch];
        WaitForWriters();
        return watch;
    }

    internal void Unwatch(JournalWatch watch)
    {
        lock (trimming) watches = [.. watches.Where(other => other != watch)];
    }

    /// <summary>The number of the last chunk or fact.</summary>
    public long LastNumber => Interlocked.Read(ref lastNumber);

    /// <summary>
    /// Numbers what is about to be added to a record, whose lock the caller holds until it was added. Whoever watches is told before there is a number: so a reader that asks for
    /// <see cref="LastNumber"/>, then for what changed, and reads that, which waits for its lock, has everything up to that number.
    /// </summary>
    internal long NextNumber(IRecording recording)
    {
        foreach (var watch in Volatile.Read(ref watches)) watch.Mark(recording.Record);
        return Interlocked.Increment(ref lastNumber);
    }

    /// <summary>Waits until all that is being added was added: who adds something behind this call finds the watches that were there before it.</summary>
    private void WaitForWriters()
    {
        foreach (var record in records.Values)
        {
            lock (record.Log.Gate)
            {
                // Whoever held it is done.
            }
        }
    }

    /// <summary>Tells those who watch that something of a record is there, be it in its log or beside it.</summary>
    internal void Changed(ConnectionRecord record)
    {
        foreach (var watch in Volatile.Read(ref watches)) watch.Mark(record);
    }

    internal void Closed(ConnectionRecord record)
    {
        if (record.IsForgotten) return;
        // Health checks and pages come and go all the time, and must not take the place of what somebody will look for.
        if (record.ConcernsRealTime) Keep(closed, Options.ClosedConnections);
        else Keep(closedOthers, Options.OtherClosedConnections);

        void Keep(ConcurrentQueue<ConnectionRecord> queue, int most)
        {
            queue.Enqueue(record);
            while (queue.Count > most && queue.TryDequeue(out var oldest)) Forget(oldest);
        }
    }

    /// <summary>Those that are larger than that, until an eighth of the budget is free.</summary>
    private void EvictOpenings(IEnumerable<ConnectionRecord> of, long larger)
    {
        foreach (var record in of)
        {
            if (Size <= Options.TotalBytes - (Options.TotalBytes / 8)) return;
            lock (record.Log.Gate)
            {
                if (record.Log.OpeningSize > larger) Interlocked.Add(ref size, record.Log.EvictOpening());
            }
        }
    }

    /// <summary>Memory for messages that wait, in bytes.</summary>
    internal long SizeOfPlaces => Interlocked.Read(ref sizeOfPlaces);

    /// <summary>Places for the messages of a connection that takes part in fan-outs; null: as many connections as may have some.</summary>
    internal (PendingRows Rows, byte Column)? TakePlaces()
    {
        lock (placesLeft)
        {
            if (placesLeft.Count == 0)
            {
                if (sizeOfPlaces + PendingRows.Size > Options.TotalBytes / ShareOfPlaces) return null;
                ChangePlaces(PendingRows.Size);
                placesLeft.Add(new PendingRows(this));
            }

            var rows = placesLeft[^1];
            var column = rows.TakeColumn();
            if (!rows.HasFreeColumns) placesLeft.RemoveAt(placesLeft.Count - 1);
            return (rows, column);
        }
    }

    /// <summary>A connection needs its places no more.</summary>
    internal void GivePlacesBack(PendingRows rows, byte column)
    {
        lock (placesLeft)
        {
            if (!rows.HasFreeColumns) placesLeft.Add(rows);
            rows.GiveColumn(column);
            if (!rows.IsUnused) return;
            placesLeft.Remove(rows);
            ChangePlaces(-PendingRows.Size);
        }
    }

    private void ChangePlaces(int bytes)
    {
        Interlocked.Add(ref sizeOfPlaces, bytes);
        Grow(bytes);
    }

    /// <summary>Notes that a record grew; true when the whole is over its budget and <see cref="Trim"/> is due, without any record's lock held.</summary>
    internal bool Grow(long bytes) => bytes != 0 && Interlocked.Add(ref size, bytes) > Options.TotalBytes && bytes > 0;

    /// <summary>For what grows seldom and does not say by how much. Without any record's lock held.</summary>
    internal void TrimIfDue()
    {
        if (Size > Options.TotalBytes) Trim();
    }

    internal void Trim()
    {
        if (!trimming.TryEnter()) return;
        try
        {
            while (Size > Options.TotalBytes && closedOthers.TryDequeue(out var oldest)) Forget(oldest);
            while (Size > Options.TotalBytes && closed.TryDequeue(out var oldest)) Forget(oldest);
            if (Size <= Options.TotalBytes) return;
            // To three quarters, so that not every chunk trims.
            var share = Options.TotalBytes * 3 / 4 / Math.Max(1, records.Count);
            // Whoever only opens connections, with as long heads as a server takes, pushes nothing out but his own.
            EvictOpenings(records.Values.Where(record => !record.ConcernsRealTime), share);
            if (Size <= Options.TotalBytes) return;
            foreach (var record in records.Values)
            {
                lock (record.Log.Gate) Interlocked.Add(ref size, record.Log.EvictTo(share));
            }

            if (Size > Options.TotalBytes) EvictOpenings(records.Values, 0);
        }
        finally
        {
            trimming.Exit();
        }
    }
}
