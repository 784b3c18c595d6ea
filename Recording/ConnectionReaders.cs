using System.Runtime.CompilerServices;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Recording;

/// <summary>
/// Cursors into many connections, for whoever follows a <see cref="JournalWatch"/>: each event comes once, also when a watch names a connection again
/// that was read to its end. Of an ended connection no decoder is kept. For one thread at a time.
/// </summary>
public sealed class ConnectionReaders(DecodingDepth depth, DecoderLimits? limits = null)
{
    private readonly ConditionalWeakTable<ConnectionRecord, Cursor> cursors = [];

    /// <summary>Adds the events of everything recorded of <paramref name="record"/> since the last call to <paramref name="found"/>.</summary>
    /// <param name="record">The connection.</param>
    /// <param name="found">The list to add to.</param>
    /// <param name="atMost">Stops behind the chunk that reaches this number of events.</param>
    /// <param name="through">Stops in front of the chunk or fact whose number is above this.</param>
    /// <returns>There is more.</returns>
    public bool Read(ConnectionRecord record, List<LayerEvent> found, int atMost = int.MaxValue, long through = long.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(record);
        CursorOf(record).Reader?.Read(found, atMost, through);
        return NextOf(record) is not null;
    }

    /// <summary>The number of the chunk or fact of <paramref name="record"/> that is decoded next; null: none is there yet.</summary>
    public long? NextOf(ConnectionRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        // Asked before reading: what closes it meanwhile is read with the next call.
        var isOver = record.ClosedAt is not null;
        var cursor = CursorOf(record);
        var next = cursor.Reader?.Next;
        if (next is null && isOver) cursor.Reader = null;
        return next;
    }

    private Cursor CursorOf(ConnectionRecord record)
    {
        if (!cursors.TryGetValue(record, out var cursor)) cursors.Add(record, cursor = new Cursor { Reader = new ConnectionReader(record, depth, limits) });
        return cursor;
    }

    private sealed class Cursor
    {
        public ConnectionReader? Reader { get; set; }
    }
}
