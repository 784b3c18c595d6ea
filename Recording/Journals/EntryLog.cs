using System.Buffers;

namespace RealtimeHello.Recording.Journals;

/// <summary>
/// A run of entries and their bytes, appended behind and dropped in front. Entries stand in a ring that grows; bytes stand in pooled
/// segments, small ones first, so that an idle connection holds little; what is complete can be <see cref="Pack">packed</see>. Not
/// thread-safe: its record's lock guards it.
/// </summary>
internal sealed class EntryLog
{
    private const int SmallestSegment = 256;
    private const int SmallestRing = 4;
    private const int LargestSegment = 8 * 1024;
    private const int EntrySize = 56;

    private readonly List<Segment> segments = new(1);
    private JournalEntry[] ring = [];
    private int first;
    private long end;

    private readonly record struct Segment(byte[] Bytes, long Start, bool IsPooled);

    public int Count { get; private set; }

    /// <summary>Memory in use, in bytes: segments and ring.</summary>
    public long Size { get; private set; }

    /// <summary>The entry at <paramref name="index"/>, the oldest first.</summary>
    public ref readonly JournalEntry this[int index] => ref ring[Place(index)];

    /// <summary>Appends bytes; the position returned is what the entry must carry.</summary>
    public long Append(ReadOnlySpan<byte> bytes)
    {
        var position = end;
        while (!bytes.IsEmpty)
        {
            var room = segments.Count == 0 ? 0 : segments[^1].Bytes.Length - (int)(end - segments[^1].Start);
            if (room == 0)
            {
                var size = segments.Count == 0 ? SmallestSegment : Math.Min(segments[^1].Bytes.Length * 2, LargestSegment);
                var rented = ArrayPool<byte>.Shared.Rent(size);
                segments.Add(new Segment(rented, end, IsPooled: true));
                Size += rented.Length;
                room = rented.Length;
            }

            var count = Math.Min(room, bytes.Length);
            bytes[..count].CopyTo(segments[^1].Bytes.AsSpan((int)(end - segments[^1].Start)));
            bytes = bytes[count..];
            end += count;
        }

        return position;
    }

    public void Append(in JournalEntry entry)
    {
        if (Count == ring.Length)
        {
            var larger = new JournalEntry[Math.Max(SmallestRing, ring.Length * 2)];
            for (var i = 0; i < Count; i++) larger[i] = this[i];
            Size += (larger.Length - ring.Length) * EntrySize;
            ring = larger;
            first = 0;
        }

        ring[Place(Count)] = entry;
        Count++;
    }

    /// <summary>Nothing is appended any more for now: keeps exactly what there is.</summary>
    public void Pack()
    {
        if (ring.Length > Count)
        {
            var exact = new JournalEntry[Count];
            for (var i = 0; i < Count; i++) exact[i] = this[i];
            Size -= (ring.Length - Count) * EntrySize;
            ring = exact;
            first = 0;
        }

        if (segments.Count == 0) return;
        var start = segments[0].Start;
        var bytes = new byte[end - start];
        foreach (var segment in segments)
        {
            var at = (int)(segment.Start - start);
            segment.Bytes.AsSpan(0, Math.Min(segment.Bytes.Length, bytes.Length - at)).CopyTo(bytes.AsSpan(at));
        }

        ReturnSegments();
        segments.Add(new Segment(bytes, start, IsPooled: false));
        Size += bytes.Length;
    }

    /// <summary>Copies an entry's bytes.</summary>
    public void Read(in JournalEntry entry, Span<byte> destination)
    {
        var position = entry.Position;
        var left = destination[..entry.Length];
        var at = segments.Count - 1;
        while (at > 0 && segments[at].Start > position) at--;
        for (; !left.IsEmpty; at++)
        {
            var segment = segments[at];
            var from = (int)(position - segment.Start);
            var count = Math.Min(left.Length, segment.Bytes.Length - from);
            segment.Bytes.AsSpan(from, count).CopyTo(left);
            left = left[count..];
            position += count;
        }
    }

    /// <summary>The index of the first entry with a number above <paramref name="number"/>, or <see cref="Count"/>.</summary>
    public int IndexAfter(long number)
    {
        var low = 0;
        var high = Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (this[middle].Number <= number) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>Drops the oldest entry, and the segments that only it still needed.</summary>
    public void DropFirst()
    {
        ring[first] = default;
        first = Place(1);
        Count--;
        if (Count == 0)
        {
            ReturnSegments();
            return;
        }

        var needed = end;
        for (var i = 0; i < Count; i++)
        {
            if (this[i].Kind != EntryKind.Chunk) continue;
            needed = this[i].Position;
            break;
        }

        while (segments.Count > 0 && segments[0].Start + segments[0].Bytes.Length <= needed)
        {
            Return(segments[0]);
            segments.RemoveAt(0);
        }
    }

    /// <summary>Gives all memory back.</summary>
    public void Clear()
    {
        ReturnSegments();
        ring = [];
        first = Count = 0;
        Size = 0;
    }

    private void ReturnSegments()
    {
        foreach (var segment in segments) Return(segment);
        segments.Clear();
    }

    private void Return(in Segment segment)
    {
        Size -= segment.Bytes.Length;
        if (segment.IsPooled) ArrayPool<byte>.Shared.Return(segment.Bytes);
    }

    private int Place(int index)
    {
        var place = first + index;
        return place < ring.Length ? place : place - ring.Length;
    }
}
