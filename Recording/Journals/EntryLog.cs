using System.Buffers;

namespace RealtimeHello.Recording.Journals;

/// <summary>
/// A run of entries and their bytes, appended behind and dropped in front. Entries stand in a ring that grows; bytes stand in pooled
/// segments, small ones first, so that an idle connection holds little. Not thread-safe: its record's lock guards it.
/// </summary>
internal sealed class EntryLog
{
    private const int SmallestSegment = 512;
    private const int LargestSegment = 8 * 1024;
    private const int EntrySize = 56;

    private readonly List<Segment> segments = [];
    private JournalEntry[] ring = [];
    private int first;
    private long end;

    private readonly record struct Segment(byte[] Bytes, long Start);

    public int Count { get; private set; }

    /// <summary>Memory in use, in bytes: segments and ring.</summary>
    public long Size { get; private set; }

    /// <summary>The entry at <paramref name="index"/>, the oldest first.</summary>
    public ref readonly JournalEntry this[int index] => ref ring[(first + index) & (ring.Length - 1)];

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
                segments.Add(new Segment(rented, end));
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
            var larger = new JournalEntry[Math.Max(8, ring.Length * 2)];
            for (var i = 0; i < Count; i++) larger[i] = this[i];
            Size += (larger.Length - ring.Length) * EntrySize;
            ring = larger;
            first = 0;
        }

        ring[(first + Count) & (ring.Length - 1)] = entry;
        Count++;
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
        first = (first + 1) & (ring.Length - 1);
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
            Size -= segments[0].Bytes.Length;
            ArrayPool<byte>.Shared.Return(segments[0].Bytes);
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
        foreach (var segment in segments)
        {
            Size -= segment.Bytes.Length;
            ArrayPool<byte>.Shared.Return(segment.Bytes);
        }

        segments.Clear();
    }
}
