using RealtimeHello.Layers;

namespace RealtimeHello.Recording.Journals;

/// <summary>
/// A run of entries with their bytes, appended behind and dropped in front. Each stands as <see cref="EntryEncoding"/> says, its bytes right behind it, in pooled segments, small ones first, so that an
/// idle connection holds little; what is complete can be <see cref="Pack">packed</see>. Not thread-safe: its record's lock guards it.
/// </summary>
internal sealed class EntryLog
{
    private const int SmallestSegment = 128;
    private const int LargestSegment = 8 * 1024;

    /// <summary>Of what the log holds, a segment is charged with as much for what it shares, above <see cref="LargestSegment"/>: the more there is, the larger are the steps in which it is dropped.</summary>
    private const int ShareOfSharing = 8;

    private LogSegment? front;
    private LogSegment? back;
    private LogSegment? spare;
    /// <summary>What the first entry is written relative to that comes while there is no segment.</summary>
    private EntryContext last;
    private long serial;

    /// <summary>An empty log.</summary>
    public EntryLog()
    {
    }

    /// <summary>The entries that <see cref="Packed"/> gave.</summary>
    public EntryLog(byte[] bytes, object?[] attached, in EntryContext before)
    {
        if (bytes.Length == 0) return;
        front = back = LogSegment.Of(bytes, attached, before);
        Size = front.Size;
        GoesOn = (1, 1);
    }

    public bool IsEmpty => front is null;

    /// <summary>The segment that is appended to; null: there is none.</summary>
    public LogSegment? Back => back;

    /// <summary>How many of the entries <see cref="JournalEntry.GoesOn">go on with a message</see>, by their direction; of one that was made of packed entries, as if there were some.</summary>
    public (int Received, int Sent) GoesOn { get; private set; }

    /// <summary>Memory in use, in bytes.</summary>
    public long Size { get; private set; }

    /// <summary>Where the last run of each direction of the plain tap ended, dropped or not; 0: there was none.</summary>
    public (long Received, long Sent) Ends => back is { } segment ? (segment.Last.Received, segment.Last.Sent) : (last.Received, last.Sent);

    /// <summary>Appends an entry, and its bytes if it is a chunk and they are not shared.</summary>
    public void Append(in JournalEntry entry, ReadOnlySpan<byte> bytes = default)
    {
        var segment = back;
        if (entry.Shared is not null) bytes = default;
        if (segment is null || !HasRoom(segment, entry)) segment = Grow(EntryEncoding.Longest + bytes.Length);
        if (segment.FirstEntry < 0)
        {
            segment.FirstEntry = segment.Length;
            segment.Before = segment.Last;
        }

        segment.Length += EntryEncoding.Write(segment.Bytes.AsSpan(segment.Length), entry, ref segment.Last);
        segment.EntryBytes += entry.Length;
        if (entry.GoesOn) Count(segment, entry.Direction, 1);
        if (entry.Fact is not null || entry.Shared is not null)
        {
            Size -= segment.Size;
            if (entry.Fact is { } fact) segment.Append(fact);
            if (entry.Shared is { } shared) segment.Append(shared, SharedOf(shared));
            Size += segment.Size;
        }

        while (!bytes.IsEmpty)
        {
            if (segment.Room == 0) segment = Grow(bytes.Length);
            var count = Math.Min(segment.Room, bytes.Length);
            segment.Append(bytes[..count]);
            bytes = bytes[count..];
        }
    }

    /// <summary>In front of the oldest entry.</summary>
    public EntryCursor Begin() => front is null ? default : new EntryCursor(front, front.FirstEntry, front.Before, front.FirstAttached);

    /// <summary>In front of the first entry with a number above <paramref name="number"/>.</summary>
    public EntryCursor After(long number)
    {
        var cursor = Begin();
        for (var segment = front?.Next; segment is not null; segment = segment.Next)
        {
            if (segment.FirstEntry < 0) continue;
            if (segment.Before.Number > number) break;
            cursor = new EntryCursor(segment, segment.FirstEntry, segment.Before, segment.FirstAttached);
        }

        for (var next = cursor; next.TryNext(out var entry) && entry.Number <= number;) cursor = next;
        return cursor;
    }

    /// <summary>In front of an entry, not the first of those with at least <paramref name="bytes"/> bytes behind them if it can be helped.</summary>
    public EntryCursor Tail(long bytes)
    {
        var left = 0L;
        for (var segment = front; segment is not null; segment = segment.Next) left += segment.Extent;
        var cursor = Begin();
        for (var segment = front; segment is not null && left >= bytes; segment = segment.Next)
        {
            if (segment.FirstEntry >= 0) cursor = new EntryCursor(segment, segment.FirstEntry, segment.Before, segment.FirstAttached);
            left -= segment.Extent;
        }

        return cursor;
    }

    /// <summary>What the cursor stood at is still there.</summary>
    public bool Holds(in EntryCursor cursor) =>
        cursor.Segment is { } segment && segment.Serial == cursor.Serial && (segment != front || cursor.At >= segment.FirstEntry);

    /// <summary>Drops the oldest segments, with all entries that begin in them, until at most <paramref name="size"/> bytes are in use. Reads nothing of them: they have long been out of any cache.</summary>
    /// <returns>The number of the last entry that was dropped, and the bytes that the dropped ones told of.</returns>
    public (long Through, long Bytes) DropTo(long size)
    {
        var bytes = 0L;
        while (front is not null && (Size > size || front.FirstEntry < 0))
        {
            bytes += front.EntryBytes;
            EndFront();
        }

        return (front?.Before.Number ?? last.Number, bytes);
    }

    /// <summary>Drops the oldest entry, and the segments that only it still needed.</summary>
    public JournalEntry DropFirst()
    {
        var begun = front;
        var cursor = Begin();
        cursor.TryNext(out var entry);
        cursor.SkipBytes();
        var isLast = !cursor.IsAtEntry();
        while (front is not null && (isLast || front != cursor.Segment)) EndFront();
        front?.BeginAt(cursor.At, cursor.Before, cursor.Attached);
        if (front is not null && front == begun)
        {
            front.EntryBytes -= entry.Length;
            if (entry.GoesOn) Count(front, entry.Direction, -1);
        }

        return entry;
    }

    /// <summary>Nothing is appended any more: keeps exactly what there is.</summary>
    public void Pack()
    {
        if (front is null) return;
        var (bytes, attached, before) = Packed();
        var goesOn = GoesOn;
        Clear();
        front = back = LogSegment.Of(bytes, attached, before);
        front.GoesOn = GoesOn = goesOn;
        front.Last = last;
        Size = front.Size;
    }

    /// <summary>Everything as one run of bytes, what is attached to its entries, and what the first entry is written relative to.</summary>
    public (byte[] Bytes, object?[] Attached, EntryContext Before) Packed()
    {
        var (length, attached) = (0, 0);
        for (var segment = front; segment is not null; segment = segment.Next)
        {
            length += segment.Length - StartOf(segment);
            attached += segment.Attached.Length - segment.FirstAttached;
        }

        var packed = (Bytes: new byte[length], Attached: attached == 0 ? [] : new object?[attached], Before: front?.Before ?? default);
        var (at, next) = (0, 0);
        for (var segment = front; segment is not null; segment = segment.Next)
        {
            var bytes = segment.Bytes.AsSpan(StartOf(segment)..segment.Length);
            bytes.CopyTo(packed.Bytes.AsSpan(at));
            segment.Attached[segment.FirstAttached..].CopyTo(packed.Attached.AsSpan(next));
            at += bytes.Length;
            next += segment.Attached.Length - segment.FirstAttached;
        }

        return packed;

        int StartOf(LogSegment segment) => segment == front ? segment.FirstEntry : 0;
    }

    /// <summary>Gives all memory back.</summary>
    public void Clear()
    {
        while (front is not null) EndFront();
        spare = null;
    }

    private bool HasRoom(LogSegment segment, in JournalEntry entry)
    {
        if (segment.Room < EntryEncoding.Longest) return false;
        if (entry.Shared is { } shared) return segment.CanShare(shared.Length, SharedOf(shared));
        return entry.Fact is null || segment.FactsWeight < LargestSegment;
    }

    /// <summary>How many shared bytes a segment is charged with, at first: it is dropped with about as many bytes as any other, or with an eighth of all.</summary>
    private int SharedOf(byte[] first) => Math.Max((int)Math.Min(int.MaxValue, Math.Max(LargestSegment, Size / ShareOfSharing)), first.Length);

    private void Count(LogSegment segment, Direction direction, int change)
    {
        var (received, sent) = direction == Direction.Received ? (change, 0) : (0, change);
        segment.GoesOn = (segment.GoesOn.Received + received, segment.GoesOn.Sent + sent);
        GoesOn = (GoesOn.Received + received, GoesOn.Sent + sent);
    }

    private LogSegment Grow(int bytes)
    {
        // One that had little to hold beside what is shared is followed by a small one.
        var size = Math.Clamp(Math.Max(bytes, back is null ? 0 : back.Length * 2), SmallestSegment, LargestSegment);
        var segment = spare ?? new LogSegment();
        spare = null;
        segment.Begin(size, ++serial);
        segment.Last = back?.Last ?? last;
        Size += segment.Size;
        if (back is null) front = segment;
        else back.Next = segment;
        return back = segment;
    }

    private void EndFront()
    {
        var segment = front!;
        front = segment.Next;
        if (front is null)
        {
            back = null;
            last = segment.Last;
        }

        Size -= segment.Size;
        GoesOn = (GoesOn.Received - segment.GoesOn.Received, GoesOn.Sent - segment.GoesOn.Sent);
        segment.End();
        spare = segment;
    }
}
