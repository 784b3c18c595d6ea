using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RealtimeHello.Layers;

namespace RealtimeHello.Recording.Journals;

/// <summary>A run of bytes of an <see cref="EntryLog"/>, and what is attached to the entries that begin in it: facts, and bytes that are shared. An entry's own bytes are in one segment; the chunk behind it may go on in the next.</summary>
internal sealed class LogSegment
{
    /// <summary>Memory of a segment beside its bytes, about.</summary>
    public const int Overhead = 128;

    private const int FewestAttached = 2;

    /// <summary>What the next entry is written relative to, if this is the last segment.</summary>
    public EntryContext Last;

    private object?[] attached = [];
    private int attachedCount;
    private int attachedRoom;
    private bool isPooled;

    /// <summary>How many shared bytes the segment is charged with, and how many of them are not used.</summary>
    private (int Charged, int Left) sharing;

    /// <summary>The length of <see cref="Bytes"/>, kept here as that of <see cref="attached"/> is: where it stands itself is far from what was appended last, and in no cache.</summary>
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
        sharing = default;
        FactsWeight = 0;
        FirstEntry = -1;
        isPooled = true;
    }

    /// <summary>Of exactly these bytes, the first of which begins an entry.</summary>
    public static LogSegment Of(byte[] bytes, object?[] attached, in EntryContext before) => new()
    {
        Bytes = bytes,
        capacity = bytes.Length,
        Length = bytes.Length,
        FirstEntry = 0,
        Before = before,
        attached = attached,
        attachedCount = attached.Length,
        attachedRoom = attached.Length,
        sharing = (attached.Sum(one => one is byte[] shared ? shared.Length : 0), 0),
        FactsWeight = attached.Sum(one => one is LayerDetail fact ? FactWeight.Of(fact) : 0),
    };

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

    /// <summary>What is attached to the first entry that has something.</summary>
    public int FirstAttached { get; private set; }

    public LogSegment? Next { get; set; }

    /// <summary>Unlike that of any other segment of its log, and negative once its bytes are given back: a cursor that stood here is told so.</summary>
    public long Serial { get; private set; }

    /// <summary>What the facts weigh that begin here, in bytes: a segment is dropped with about as many as any other.</summary>
    public int FactsWeight { get; private set; }

    public int Room => capacity - Length;

    /// <summary>Bytes of entries, and of chunks that begin here, shared ones too.</summary>
    public int Extent => Length + sharing.Charged - sharing.Left;

    /// <summary>Memory in use, in bytes; what is shared counts in full with each that shares it.</summary>
    public long Size => Overhead + capacity + (attachedRoom * IntPtr.Size) + sharing.Charged + FactsWeight;

    public ReadOnlySpan<object?> Attached => attached.AsSpan(0, attachedCount);

    /// <summary>
    /// Appends a chunk with its bytes, if it begins a message and all of it fits: what a hub's message nearly always does. Of all that a connection's log consists of, this touches nothing but this
    /// segment and its end. False: nothing was done.
    /// </summary>
    public bool TryAppend(in JournalEntry entry, ReadOnlySpan<byte> bytes)
    {
        if (entry.Kind != EntryKind.Chunk || entry.GoesOn || FirstEntry < 0) return false;
        if (entry.Shared is not { } shared) return Room >= EntryEncoding.Longest + bytes.Length && Write(entry, bytes);
        if (Room < EntryEncoding.Longest || attachedCount == attachedRoom || sharing.Left < entry.Length) return false;
        sharing.Left -= entry.Length;
        PlaceIn(attached, attachedCount++) = shared;
        return Write(entry, []);
    }

    /// <summary>Appends as many of the messages that waited as fit: nothing but this segment and its end is touched, and for all of them once.</summary>
    /// <param name="direction">Of all of them.</param>
    /// <param name="offset">Of the first one in the plain tap's stream.</param>
    /// <param name="waiting">They follow each other.</param>
    /// <returns>How many it took, and how many bytes they are.</returns>
    public (int Count, int Length) Append(Direction direction, long offset, ReadOnlySpan<PendingMessage> waiting)
    {
        if (FirstEntry < 0 || offset != Last.EndOf(direction)) return default;
        var places = Math.Min(waiting.Length, attachedRoom - attachedCount);
        var (count, length, at, context) = (0, 0, Length, Last);
        while (count < places && capacity - at >= EntryEncoding.Longest && waiting[count].Whole.Length <= sharing.Left - length)
        {
            ref readonly var next = ref waiting[count];
            PlaceIn(attached, attachedCount + count++) = next.Message;
            length += next.Whole.Length;
            at += EntryEncoding.WriteShared(MemoryMarshal.CreateSpan(ref PlaceIn(Bytes, at), capacity - at), direction, next.Number, next.Ticks, next.Whole.Length, ref context);
        }

        attachedCount += count;
        sharing.Left -= length;
        EntryBytes += length;
        Length = at;
        Last = context;
        return (count, length);
    }

    private bool Write(in JournalEntry entry, ReadOnlySpan<byte> bytes)
    {
        var room = MemoryMarshal.CreateSpan(ref PlaceIn(Bytes, Length), Room);
        var at = EntryEncoding.Write(room, entry, ref Last);
        bytes.CopyTo(room[at..]);
        Length += at + bytes.Length;
        EntryBytes += entry.Length;
        return true;
    }

    /// <summary>A place in an array that is written to and not waited for: neither the array's length nor its type is looked at. The caller knows that the place is there.</summary>
    private static ref T PlaceIn<T>(T[] array, int at)
    {
        // Looked at by itself, it is not looked at once more where its memory is.
        ArgumentNullException.ThrowIfNull(array);
        return ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(array), at);
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>Whether that many shared bytes fit: a segment is charged with as many as there could stand in it, once for all.</summary>
    public bool CanShare(int bytes, int most) => sharing.Charged == 0 ? bytes <= most : bytes <= sharing.Left;

    public void Append(LayerDetail fact)
    {
        FactsWeight += FactWeight.Of(fact);
        Attach(fact);
    }

    public void Append(byte[] shared, int most)
    {
        if (sharing.Charged == 0) sharing = (most, most);
        sharing.Left -= shared.Length;
        Attach(shared);
    }

    private void Attach(object what)
    {
        if (attachedCount == attachedRoom)
        {
            attachedRoom = Math.Max(FewestAttached, attachedRoom * 2);
            Array.Resize(ref attached, attachedRoom);
        }

        attached[attachedCount++] = what;
    }

    /// <summary>The entries in front of a place are dropped.</summary>
    public void BeginAt(int at, in EntryContext before, int firstAttached)
    {
        FirstEntry = at;
        Before = before;
        attached.AsSpan(FirstAttached, firstAttached - FirstAttached).Clear();
        FirstAttached = firstAttached;
    }

    /// <summary>Gives its bytes back.</summary>
    public void End()
    {
        if (isPooled) ArrayPool<byte>.Shared.Return(Bytes);
        Bytes = [];
        capacity = 0;
        sharing = default;
        FactsWeight = 0;
        attached.AsSpan(0, attachedCount).Clear();
        attachedCount = FirstAttached = 0;
        Next = null;
        Serial = -1;
    }
}
