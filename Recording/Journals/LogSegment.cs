using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RealtimeHello.Layers;

namespace RealtimeHello.Recording.Journals;

/// <summary>A run of bytes of an <see cref="EntryLog"/>, and the facts of the entries that begin in it. An entry's own bytes are in one segment; the chunk behind it may go on in the next.</summary>
internal sealed class LogSegment
{
    /// <summary>Memory of a segment beside its bytes, about.</summary>
    public const int Overhead = 128;

    private const int FewestFacts = 2;

    /// <summary>What the next entry is written relative to, if this is the last segment.</summary>
    public EntryContext Last;

    private LayerDetail?[] facts = [];
    private int factCount;
    private bool isPooled;

    /// <summary>The length of <see cref="Bytes"/>, kept here: where it stands itself is far from what was appended last, and in no cache.</summary>
    private int capacity;

    /// <summary>Empty segments for that many bytes and a little more.</summary>
    public void Begin(int bytes, long serial)
    {
        Bytes = ArrayPool<byte>.Shared.Rent(bytes);
        capacity = Bytes.Length;
        Serial = serial;
        Length = 0;
        EntryBytes = 0;
        GoesOn = default;
        FirstEntry = -1;
        isPooled = true;
    }

    /// <summary>Of exactly these bytes, the first of which begins an entry.</summary>
    public static LogSegment Of(byte[] bytes, LayerDetail?[] facts, in EntryContext before) =>
        new() { Bytes = bytes, capacity = bytes.Length, Length = bytes.Length, FirstEntry = 0, Before = before, facts = facts, factCount = facts.Length };

    public byte[] Bytes { get; private set; } = [];

    /// <summary>How many of the bytes are used.</summary>
    public int Length { get; set; }

    /// <summary>Where the first entry stands that begins here and was not dropped; below 0: none does.</summary>
    public int FirstEntry { get; set; } = -1;

    /// <summary>Bytes of the connection that the entries which begin here tell of.</summary>
    public long EntryBytes { get; set; }

    /// <summary>How many of the entries that begin here go on with a message, by their direction.</summary>
    public (int Received, int Sent) GoesOn { get; set; }

    /// <summary>What the first entry is written relative to.</summary>
    public EntryContext Before { get; set; }

    /// <summary>The fact of the first entry that has one.</summary>
    public int FirstFact { get; private set; }

    public LogSegment? Next { get; set; }

    /// <summary>Unlike that of any other segment of its log, and negative once its bytes are given back: a cursor that stood here is told so.</summary>
    public long Serial { get; private set; }

    public int Room => capacity - Length;

    /// <summary>Memory in use, in bytes.</summary>
    public long Size => Overhead + capacity + (facts.Length * IntPtr.Size);

    public ReadOnlySpan<LayerDetail?> Facts => facts.AsSpan(0, factCount);

    /// <summary>
    /// Appends a chunk with its bytes, if it begins a message and all of it fits: what a hub's message nearly always does. Of all that a connection's log consists of, this touches nothing but this
    /// segment and its end. False: nothing was done.
    /// </summary>
    public bool TryAppend(in JournalEntry entry, ReadOnlySpan<byte> bytes)
    {
        if (entry.Kind != EntryKind.Chunk || entry.GoesOn || FirstEntry < 0 || Room < EntryEncoding.Longest + bytes.Length) return false;
        var room = MemoryMarshal.CreateSpan(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Bytes), Length), Room);
        var at = EntryEncoding.Write(room, entry, ref Last);
        bytes.CopyTo(room[at..]);
        Length += at + bytes.Length;
        EntryBytes += entry.Length;
        return true;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    public void Append(LayerDetail fact)
    {
        if (factCount == facts.Length) Array.Resize(ref facts, Math.Max(FewestFacts, facts.Length * 2));
        facts[factCount++] = fact;
    }

    /// <summary>The entries in front of a place are dropped.</summary>
    public void BeginAt(int at, in EntryContext before, int fact)
    {
        FirstEntry = at;
        Before = before;
        facts.AsSpan(FirstFact, fact - FirstFact).Clear();
        FirstFact = fact;
    }

    /// <summary>Gives its bytes back.</summary>
    public void End()
    {
        if (isPooled) ArrayPool<byte>.Shared.Return(Bytes);
        Bytes = [];
        capacity = 0;
        facts.AsSpan(0, factCount).Clear();
        factCount = FirstFact = 0;
        Next = null;
        Serial = -1;
    }
}
