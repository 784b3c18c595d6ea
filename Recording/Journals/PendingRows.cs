using System.Numerics;
using System.Runtime.CompilerServices;
using RealtimeHello.Layers;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Recording.Taps;

namespace RealtimeHello.Recording.Journals;

/// <summary>
/// The messages that wait at some connections' <see cref="LogGate"/>s to be written. Each connection has a column, and its messages go from one row to the next. Members of a room are sent the same messages: they are in the same
/// row at a time, so what is written of one fan-out lies side by side, in few lines of the processor's caches and on few pages of memory. Who is not in step has its places elsewhere, and loses nothing but that.
/// A column belongs to whoever holds the lock of its gate.
/// </summary>
internal sealed class PendingRows(Journal journal)
{
    /// <summary>As many messages of a connection wait. Writing them begins with what is in no cache: what is written, and the code that writes it.</summary>
    public const int Rows = 128;

    /// <summary>As many connections have their places here.</summary>
    public const int Columns = 32;

    /// <summary>Memory in use, in bytes.</summary>
    public const int Size = 64 + (Columns * Rows * 32);

    private readonly PendingMessage[] places = new PendingMessage[Rows * Columns];
    private uint freeColumns = uint.MaxValue;

    /// <summary>What was put last anywhere, and in which row: where a connection begins of which nothing waits. Written by anybody, and only a guess.</summary>
    private byte[]? latest;
    private byte latestRow;

    public Journal Journal => journal;

    /// <summary>Another connection may have places here. The journal's lock is held.</summary>
    public bool HasFreeColumns => freeColumns != 0;

    /// <summary>No connection has places here. The journal's lock is held.</summary>
    public bool IsUnused => freeColumns == uint.MaxValue;

    /// <summary>A column that is nobody else's. The journal's lock is held.</summary>
    public byte TakeColumn()
    {
        var column = BitOperations.TrailingZeroCount(freeColumns);
        freeColumns &= ~(1u << column);
        return (byte)column;
    }

    /// <summary>A column is needed no more; nothing waits there. The journal's lock is held.</summary>
    public void GiveColumn(byte column) => freeColumns |= 1u << column;

    /// <summary>The row behind another one.</summary>
    public static byte Behind(byte row) => (byte)((row + 1) % Rows);

    /// <summary>Where a connection of which nothing waits puts that message: where others have it.</summary>
    public byte RowOf(byte[] message) => latest == message ? latestRow : Behind(latestRow);

    /// <summary>A place, to be written to.</summary>
    public ref PendingMessage At(byte row, byte column, byte[] message)
    {
        if (latest != message) (latest, latestRow) = (message, row);
        return ref places[(row * Columns) + column];
    }

    /// <summary>Hands over what waits in a column, which is empty then.</summary>
    /// <param name="column">The column.</param>
    /// <param name="end">The row behind the last one of them.</param>
    /// <param name="count">How many wait.</param>
    /// <param name="direction">The server's.</param>
    /// <param name="writer">Writes them.</param>
    /// <returns>The journal is over its budget.</returns>
    public bool Write(byte column, byte end, int count, Direction direction, IPendingWriter writer)
    {
        Messages messages = default;
        Span<PendingMessage> waiting = messages;
        waiting = waiting[..count];
        for (var (i, row) = (0, end - count); i < count; i++, row++)
        {
            ref var place = ref places[((row + Rows) % Rows * Columns) + column];
            waiting[i] = place;
            place.Message = null;
        }

        return writer.Write(direction, waiting);
    }

    /// <summary>What waits in a column is lost.</summary>
    public void Clear(byte column)
    {
        for (var row = 0; row < Rows; row++) places[(row * Columns) + column] = default;
    }

    [InlineArray(Rows)]
    private struct Messages
    {
        private PendingMessage first;
    }
}

/// <summary>One whole message in one frame, its number, and when it came.</summary>
internal struct PendingMessage
{
    public byte[]? Message;
    public long Number;
    public long Ticks;

    /// <summary>What was seen of it when it was there: what is done with it when it is written has no need to look at it.</summary>
    public WholeMessage Whole;
}

/// <summary>Writes a log: messages that waited, and, as the tap at the socket, what does not wait.</summary>
internal interface IPendingWriter : IRecording, IByteTap
{
    /// <summary>Appends messages that waited. Does not throw.</summary>
    /// <param name="direction">The server's.</param>
    /// <param name="waiting">In the order in which they came.</param>
    /// <returns>The journal is over its budget.</returns>
    bool Write(Direction direction, ReadOnlySpan<PendingMessage> waiting);

    /// <summary>A message could not be taken: nothing more is recorded. Does not throw. The caller holds the lock.</summary>
    void Fail(Exception exception);
}
