using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Recording;

/// <summary>
/// A cursor into one connection's record that decodes as it goes. Decoding late, twice, or for two readers gives each event the same sequence.
/// Bytes that were evicted before they were read become a gap, behind which it goes on. For one thread at a time.
/// </summary>
public sealed class ConnectionReader : IConnectionOutput
{
    private readonly ConnectionRecord record;
    private readonly DecodingDepth depth;
    private readonly DecoderLimits limits;
    private ConnectionDecoder decoder;
    private byte[] buffer = [];
    private long cursor;
    private JournalEntry next;
    private bool hasNext;
    private long? missingThrough;
    private bool isBehindLoss;
    private (long Received, long Sent) plain;
    private List<LayerEvent> events = [];
    private EventNumbering numbering;

    /// <summary>Begins with the connection's first byte.</summary>
    public ConnectionReader(ConnectionRecord record, DecodingDepth depth, DecoderLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        this.record = record;
        this.depth = depth;
        this.limits = (limits ?? DecoderLimits.Default) with { CompressedIsMasked = record.CompressedIsMasked };
        decoder = new ConnectionDecoder(record.Perspective, depth, this, this.limits);
    }

    private ConnectionReader(ConnectionRecord record, DecodingDepth depth, DecoderLimits limits, long start)
        : this(record, depth, limits) => Resume(start, record.Log.PlainOffsetsFrom(start, default), record.FactsAt(start));

    /// <summary>Begins where at most about <paramref name="bytes"/> of recorded bytes are left: for a look at how it ended.</summary>
    public static ConnectionReader OfTail(ConnectionRecord record, long bytes, DecoderLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        var start = record.Log.TailStart(bytes);
        return start == 0
            ? new ConnectionReader(record, DecodingDepth.Full, limits)
            : new ConnectionReader(record, DecodingDepth.Full, limits ?? DecoderLimits.Default, start);
    }

    /// <summary>The number of the chunk or fact that is decoded next, or of the last one that is missing in front of it; null: none is there yet.</summary>
    public long? Next => hasNext || TakeNext() ? missingThrough ?? next.Number : null;

    /// <summary>Adds the events of everything recorded since the last call to <paramref name="found"/>, in order of their sequence.</summary>
    /// <param name="found">The list to add to.</param>
    /// <param name="atMost">Stops behind the chunk that reaches this number of events.</param>
    /// <param name="through">Stops in front of the chunk or fact whose number is above this.</param>
    /// <returns>True when there may be more, up to that number.</returns>
    public bool Read(List<LayerEvent> found, int atMost = int.MaxValue, long through = long.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(found);
        events = found;
        var from = found.Count;
        while (found.Count - from < atMost)
        {
            if (Next is not { } number || number > through) return false;
            if (missingThrough is not null)
            {
                GoOnBehind(number);
                continue;
            }

            hasNext = false;
            cursor = number;
            var first = found.Count;
            numbering = new EventNumbering(number, next.Ticks);
            Decode(next);
            if (found.Count - first > 1) found.Sort(first, found.Count - first, BySequence.Instance);
        }

        return true;
    }

    /// <inheritdoc/>
    void IConnectionOutput.Emit(LayerDetail detail, TapPoint tap, Direction direction, ByteRange source) =>
        events.Add(numbering.Number(record.Id, detail, tap, direction, source));

    private bool TakeNext()
    {
        if (!record.Log.TryReadAfter(cursor, out next, ref buffer, out var evicted)) return false;
        missingThrough = evicted ?? (isBehindLoss ? cursor : null);
        isBehindLoss = next.Kind == EntryKind.Lost;
        return hasNext = true;
    }

    private void Decode(in JournalEntry entry)
    {
        switch (entry.Kind)
        {
            case EntryKind.Chunk:
                decoder.Push(entry.Tap, entry.Direction, buffer.AsSpan(0, entry.Length));
                Pass(entry);
                break;
            case EntryKind.Skipped when entry is { BeginsMessage: true, Tap: TapPoint.Plain }:
                decoder.Omit(entry.Direction, entry.Length);
                Pass(entry);
                break;
            case EntryKind.Skipped:
                decoder.Skip(entry.Tap, entry.Direction, entry.Length);
                Pass(entry);
                break;
            case EntryKind.FinishedFin:
                decoder.Complete(entry.Tap, entry.Direction, StreamEnding.Finished);
                break;
            case EntryKind.FinishedReset:
                decoder.Complete(entry.Tap, entry.Direction, StreamEnding.Reset);
                break;
            case EntryKind.Fact:
                events.Add(numbering.NumberFact(record.Id, entry.Fact!));
                break;
        }
    }

    private void Pass(in JournalEntry entry)
    {
        if (entry.Tap != TapPoint.Plain) return;
        var end = entry.Offset + entry.Length;
        plain = entry.Direction == Direction.Received ? (end, plain.Sent) : (plain.Received, end);
    }

    /// <summary>What stood between the cursor and the next entry is missing, the last of it with this number.</summary>
    private void GoOnBehind(long missing)
    {
        var offsets = record.Log.PlainOffsetsFrom(next.Number, plain);
        // It may have been evicted itself since it was read.
        if (next.IsPlainRun) offsets = next.Direction == Direction.Received ? (next.Offset, offsets.Sent) : (offsets.Received, next.Offset);
        var known = record.FactsAt(next.Number);
        var lost = offsets.Received - plain.Received + offsets.Sent - plain.Sent;
        if (lost > 0)
        {
            var layer = known.Upgraded ? Layer.WebSocket : Layer.Http;
            events.Add(new EventNumbering(missing, next.Ticks).NumberFact(record.Id, new Gap(layer, lost, Gap.Evicted)));
        }

        missingThrough = null;
        Resume(next.Number, offsets, known);
    }

    private void Resume(long number, (long Received, long Sent) offsets, ConnectionFacts known)
    {
        plain = offsets;
        cursor = number - 1;
        decoder = ConnectionDecoder.Resume(record.Perspective, depth, this, known, plain.Received, plain.Sent, limits);
    }

    private sealed class BySequence : IComparer<LayerEvent>
    {
        public static BySequence Instance { get; } = new();

        public int Compare(LayerEvent? x, LayerEvent? y) => x!.Sequence.CompareTo(y!.Sequence);
    }
}
