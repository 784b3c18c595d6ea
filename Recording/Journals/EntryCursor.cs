using RealtimeHello.Layers;

namespace RealtimeHello.Recording.Journals;

/// <summary>A place between two entries of an <see cref="EntryLog"/>, which <see cref="EntryLog.Holds"/> as long as it was not dropped.</summary>
internal struct EntryCursor(LogSegment segment, int at, in EntryContext before, int attached)
{
    private EntryContext before = before;
    private int bytesLeft;
    private byte[]? shared;

    public LogSegment? Segment { get; private set; } = segment;

    public long Serial { get; private set; } = segment.Serial;

    public int At { get; private set; } = at;

    /// <summary>What is attached to the next entry that has something.</summary>
    public int Attached { get; private set; } = attached;

    public readonly EntryContext Before => before;

    public readonly bool IsAt(in EntryCursor other) => Segment == other.Segment && At == other.At;

    /// <summary>Moves behind the entry that stands here, whose bytes come next; false where none does, yet.</summary>
    public bool TryNext(out JournalEntry entry)
    {
        SkipBytes();
        if (!IsAtEntry())
        {
            entry = default;
            return false;
        }

        var (length, isShared) = EntryEncoding.Read(Segment!.Bytes.AsSpan(At..Segment.Length), ref before, out entry);
        At += length;
        shared = isShared ? (byte[]?)Segment.Attached[Attached++] : null;
        if (isShared) entry = entry with { Shared = shared };
        else if (entry.Kind == EntryKind.Chunk) bytesLeft = entry.Length;
        else if (entry.Kind is EntryKind.Fact or EntryKind.Known) entry = entry with { Fact = (LayerDetail?)Segment.Attached[Attached++] };
        return true;
    }

    /// <summary>Copies the bytes of the entry that was read, once.</summary>
    public void CopyBytes(Span<byte> to)
    {
        shared?.CopyTo(to);
        while (bytesLeft > 0)
        {
            var run = Run();
            Segment!.Bytes.AsSpan(At, run).CopyTo(to);
            to = to[run..];
            Pass(run);
        }
    }

    public void SkipBytes()
    {
        while (bytesLeft > 0) Pass(Run());
    }

    /// <summary>Another entry stands here, or at the beginning of the next segment.</summary>
    public bool IsAtEntry()
    {
        if (Segment is null) return false;
        if (At < Segment.Length) return true;
        if (Segment.Next is null) return false;
        Enter(Segment.Next);
        return true;
    }

    private int Run()
    {
        if (At == Segment!.Length) Enter(Segment.Next!);
        return Math.Min(bytesLeft, Segment.Length - At);
    }

    private void Pass(int count)
    {
        At += count;
        bytesLeft -= count;
    }

    private void Enter(LogSegment next)
    {
        Segment = next;
        Serial = next.Serial;
        At = 0;
        Attached = 0;
    }
}
