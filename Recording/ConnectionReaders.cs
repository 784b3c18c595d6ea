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
    /// <returns>True when there may be more.</returns>
    public bool Read(ConnectionRecord record, List<LayerEvent> found, int atMost = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(record);
        // Asked before reading: what closes it meanwhile is read with the next call.
        var isOver = record.ClosedAt is not null;
        if (!cursors.TryGetValue(record, out var cursor)) cursors.Add(record, cursor = new Cursor { Reader = new ConnectionReader(record, depth, limits) });
        if (cursor.Reader is null) return false;
        if (cursor.Reader.Read(found, atMost)) return true;
        if (isOver) cursor.Reader = null;
        return false;
    }

    private sealed class Cursor
    {
        public ConnectionReader? Reader { get; set; }
    }
}
