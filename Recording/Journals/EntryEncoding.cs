using System.Runtime.CompilerServices;
using RealtimeHello.Layers;

namespace RealtimeHello.Recording.Journals;

/// <summary>
/// How an entry stands in a log: as what differs from the one before it. Most take about 8 bytes, a seventh of their fields.
/// <code>
/// flags   1 byte: kind (3 bits; 7: a chunk whose bytes are shared), tap (1), direction (2), begins a message (1), an offset follows (1)
/// number  varint, above the entry before
/// ticks   varint, zigzag, behind the entry before
/// length  varint, of chunks and skipped runs alone
/// offset  varint, where it is not the end of the one before in that direction of the plain tap
/// </code>
/// A varint has seven bits a byte, the lowest first; the highest bit says that more follow.
/// </summary>
internal static class EntryEncoding
{
    /// <summary>Bytes of the longest entry.</summary>
    public const int Longest = 1 + 10 + 10 + 5 + 10;

    private const int KindMask = 7;
    private const int SharedChunk = 7;
    private const int TapShift = 3;
    private const int DirectionShift = 4;
    private const int BeginsMessage = 0x40;
    private const int HasOffset = 0x80;

    /// <summary>Writes an entry, and makes <paramref name="context"/> that of the next one.</summary>
    /// <returns>How many bytes it took.</returns>
    public static int Write(Span<byte> to, in JournalEntry entry, ref EntryContext context)
    {
        var counts = Counts(entry.Kind);
        var follows = entry.Tap == TapPoint.Plain && entry.Offset == context.EndOf(entry.Direction);
        var flags = (entry.Shared is null ? (int)entry.Kind : SharedChunk) | ((int)entry.Tap << TapShift) | ((int)entry.Direction << DirectionShift);
        if (entry.BeginsMessage) flags |= BeginsMessage;
        if (counts && !follows) flags |= HasOffset;
        to[0] = (byte)flags;
        var at = 1 + WriteAbove(to[1..], entry.Number, entry.Ticks, ref context);
        if (!counts) return at;
        at += WriteNumber(to[at..], (uint)entry.Length);
        if (!follows) at += WriteNumber(to[at..], (ulong)entry.Offset);
        context.Pass(entry.Tap, entry.Direction, entry.Offset + entry.Length);
        return at;
    }

    /// <summary>The same of a chunk of the plain tap whose bytes are shared, which begins a message and follows the one before it in its direction.</summary>
    public static int WriteShared(Span<byte> to, Direction direction, long number, long ticks, int length, ref EntryContext context)
    {
        to[0] = (byte)(SharedChunk | ((int)TapPoint.Plain << TapShift) | ((int)direction << DirectionShift) | BeginsMessage);
        var at = 1 + WriteAbove(to[1..], number, ticks, ref context);
        at += WriteNumber(to[at..], (uint)length);
        context.Pass(TapPoint.Plain, direction, context.EndOf(direction) + length);
        return at;
    }

    /// <summary>Reads what <see cref="Write"/> wrote behind the same context, without its fact.</summary>
    /// <returns>How many bytes it took, and whether the bytes of the chunk are shared.</returns>
    public static (int Length, bool IsShared) Read(ReadOnlySpan<byte> from, ref EntryContext context, out JournalEntry entry)
    {
        var flags = from[0];
        var at = 1;
        context.Number += (long)ReadNumber(from, ref at);
        var ticks = ReadNumber(from, ref at);
        context.Ticks += (long)(ticks >> 1) ^ -(long)(ticks & 1);
        var isShared = (flags & KindMask) == SharedChunk;
        var kind = isShared ? EntryKind.Chunk : (EntryKind)(flags & KindMask);
        var tap = (TapPoint)((flags >> TapShift) & 1);
        var direction = (Direction)((flags >> DirectionShift) & 3);
        var (length, offset) = (0, 0L);
        if (Counts(kind))
        {
            length = (int)ReadNumber(from, ref at);
            offset = (flags & HasOffset) != 0 ? (long)ReadNumber(from, ref at) : context.EndOf(direction);
            context.Pass(tap, direction, offset + length);
        }

        entry = new JournalEntry
        {
            Number = context.Number,
            Ticks = context.Ticks,
            Kind = kind,
            Tap = tap,
            Direction = direction,
            Offset = offset,
            Length = length,
            BeginsMessage = (flags & BeginsMessage) != 0,
        };
        return (at, isShared);
    }

    private static int WriteAbove(Span<byte> to, long number, long ticks, ref EntryContext context)
    {
        var at = WriteNumber(to, (ulong)(number - context.Number));
        var passed = ticks - context.Ticks;
        at += WriteNumber(to[at..], (ulong)((passed << 1) ^ (passed >> 63)));
        context.Number = number;
        context.Ticks = ticks;
        return at;
    }

    private static bool Counts(EntryKind kind) => kind is EntryKind.Chunk or EntryKind.Skipped;

    private static int WriteNumber(Span<byte> to, ulong number)
    {
        var at = 0;
        for (; number > 0x7F; number >>= 7) to[at++] = (byte)(number | 0x80);
        to[at++] = (byte)number;
        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ReadNumber(ReadOnlySpan<byte> from, ref int at)
    {
        var number = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = from[at++];
            number |= (ulong)(next & 0x7F) << shift;
            if (next <= 0x7F) return number;
        }
    }
}

/// <summary>What an entry is written relative to: the one before it, and where both directions of the plain tap are.</summary>
internal struct EntryContext
{
    public long Number;
    public long Ticks;
    public long Received;
    public long Sent;

    /// <summary>Where the last run of that direction of the plain tap ended.</summary>
    public readonly long EndOf(Direction direction) => direction == Direction.Received ? Received : Sent;

    public void Pass(TapPoint tap, Direction direction, long end)
    {
        if (tap != TapPoint.Plain) return;
        if (direction == Direction.Received) Received = end;
        else Sent = end;
    }
}
