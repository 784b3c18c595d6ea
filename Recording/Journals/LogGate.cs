using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording.Taps;

namespace RealtimeHello.Recording.Journals;

/// <summary>
/// What stands in front of a connection's log: its lock, and the last few messages of a fan-out, which wait there to be written together. Whoever reads the log or adds to it finds them written.
/// A fan-out comes by hundreds of connections in turn and finds what belongs to each out of the processor's caches: so a message that waits touches nothing of its connection alone but this.
/// </summary>
internal sealed class LogGate : IByteTap
{
    /// <summary>Who writes the log; null: nobody yet, or any more.</summary>
    private IPendingWriter? writer;

    /// <summary>Where messages may wait; null: none may.</summary>
    private PendingRows? rows;
    private byte column;

    /// <summary>Where the next message is put.</summary>
    private byte row;

    /// <summary>How many wait, in the rows before that.</summary>
    private byte count;
    private bool isOpen;
    private Direction direction;

    /// <summary>Messages may wait, or have.</summary>
    public bool HasPlaces => rows is not null;

    bool IByteTap.IsEncrypted => writer is { IsEncrypted: true };

    /// <summary>Who writes the log.</summary>
    public void Begin(IPendingWriter writer) => this.writer = writer;

    void IByteTap.Bytes(Direction direction, ReadOnlySpan<byte> bytes)
    {
        if (!TryTake(direction, bytes)) writer?.Bytes(direction, bytes);
    }

    void IByteTap.Ended(Direction direction, StreamEnding ending, string? reason) => writer?.Ended(direction, ending, reason);

    void IByteTap.Backlog(long bytes) => writer?.Backlog(bytes);

    /// <summary>Bytes passed.</summary>
    /// <returns>False: they are none of these that wait, and the writer is to be told.</returns>
    public bool TryTake(Direction direction, ReadOnlySpan<byte> bytes)
    {
        if (rows?.Journal is not { } journal || journal.FanOuts.FindLatest(bytes) is not { } message) return false;
        var isOver = false;
        lock (this)
        {
            if (!isOpen || direction != this.direction || rows is not { } places || writer is not { } recording) return false;
            try
            {
                if (count == 0) row = places.RowOf(message.Bytes);
                var number = journal.NextNumber(recording);
                ref var place = ref places.At(row, column, message.Bytes);
                place.Message = message.Bytes;
                place.Whole = message.Whole;
                place.Number = number;
                place.Ticks = journal.Time.GetUtcNow().Ticks;
                row = PendingRows.Behind(row);
                if (++count == PendingRows.Rows) isOver = Settle();
            }
            catch (Exception exception)
            {
                recording.Fail(exception);
            }
        }

        if (isOver) journal.Trim();
        return true;
    }

    /// <summary>From now on whole messages of that direction, which is the server's, may wait, until something else comes in it; not where as many connections' do already. The caller holds the lock.</summary>
    public void Open(Direction direction, Journal journal)
    {
        if (rows is null && journal.TakePlaces() is var (taken, place)) (rows, column) = (taken, place);
        this.direction = direction;
        isOpen = rows is not null;
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
        return rows!.Write(column, row, waiting, direction, writer!);
    }

    /// <summary>Nothing more is recorded: what waits is lost. The caller holds the lock.</summary>
    public void Shut()
    {
        isOpen = false;
        writer = null;
        if (rows is not { } places) return;
        if (count > 0) places.Clear(column);
        count = 0;
        rows = null;
        places.Journal.GivePlacesBack(places, column);
    }
}
