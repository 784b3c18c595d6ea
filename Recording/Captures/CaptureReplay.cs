using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Recording.Captures;

/// <summary>Makes one connection's record again from its lines, as the recorder made it from its taps. Nothing is numbered, timed or masked anew.</summary>
internal sealed class CaptureReplay : IConnectionOutput
{
    private readonly JournalOptions budget;
    private readonly DecoderLimits limits;
    private ConnectionDecoder decoder;
    private readonly Dictionary<(TapPoint, Direction), long> ends = [];
    private long number;
    private bool isWhole = true;
    private long received;
    private long sent;

    public CaptureReplay(ConnectionRecord record, JournalOptions budget)
    {
        Record = record;
        this.budget = budget;
        limits = budget.Decoders with { CompressedIsMasked = record.CompressedIsMasked };
        decoder = new ConnectionDecoder(record.Perspective, DecodingDepth.Lifecycle, this, limits);
    }

    public ConnectionRecord Record { get; }

    /// <summary>Takes the next line of this connection.</summary>
    /// <returns>Why it can't be; null: it was taken.</returns>
    public string? Take(CaptureLine line)
    {
        if (line.Kind == CaptureLineKind.Identity)
        {
            (Record.UserId, Record.UserName, Record.Client) = (line.UserId, line.UserName, line.Client);
            Record.IsSecure |= line.IsSecure;
            return null;
        }

        if (line.Number <= number) return $"number {line.Number} comes behind {number}";
        number = line.Number;
        if (line.Kind == CaptureLineKind.Lost)
        {
            TakeLoss(line);
            return null;
        }

        if (line.At is null) return "it has no time";
        if (line.Kind == CaptureLineKind.Fact) return TakeFact(line);
        if (line.Tap is not { } tap || line.Direction is not (Direction.Received or Direction.Sent)) return "it has no tap or no direction";
        return line.Kind == CaptureLineKind.Ended ? TakeEnd(line, tap) : TakeBytes(line, tap);
    }

    /// <summary>No line follows.</summary>
    public void Finish()
    {
        var counters = new ConnectionCounters(
            received, sent, decoder.FramesReceived, decoder.FramesSent, decoder.HubMessagesReceived, decoder.HubMessagesSent, 0, 0, 0);
        Record.Counting ??= new Counted(counters);
        lock (Record.Log.Gate) Record.Log.Pack();
    }

    void IConnectionOutput.Emit(LayerDetail detail, TapPoint tap, Direction direction, ByteRange source)
    {
        Record.Stack.Observe(detail, direction);
        if (detail is HttpRequest { AsksForWebSocket: true }) Record.AskedForWebSocket = true;
    }

    private string? TakeBytes(CaptureLine line, TapPoint tap)
    {
        var data = line.Data ?? default;
        var length = line.Kind == CaptureLineKind.Bytes ? data.Length : line.Length;
        if (length <= 0) return "it has no bytes";
        var lane = (tap, line.Direction!.Value);
        var end = ends.GetValueOrDefault(lane);
        if (line.Offset < end || line.Offset > long.MaxValue - length) return $"offset {line.Offset} lies before {end}, where these bytes have to begin";
        ends[lane] = line.Offset + length;
        if (tap == TapPoint.Wire) Record.IsSecure = true;
        else if (line.Direction == Direction.Received) received = line.Offset + length;
        else sent = line.Offset + length;

        Append(line, line.Kind == CaptureLineKind.Bytes ? EntryKind.Chunk : EntryKind.Skipped, length, data.Span);
        if (!isWhole) return null;
        if (line.Kind == CaptureLineKind.Bytes) decoder.Push(tap, line.Direction.Value, data.Span);
        else if (line.BeginsMessage && tap == TapPoint.Plain) decoder.Omit(line.Direction.Value, length);
        else decoder.Skip(tap, line.Direction.Value, length);
        Know(decoder.Facts, line);
        if (decoder.Facts.HubProtocol is not null || decoder.Facts.IsNotSignalR) Record.Log.EndOpening();
        return null;
    }

    /// <summary>Behind a loss, decoding goes on with what is known, if the capture says it.</summary>
    private void TakeLoss(CaptureLine line)
    {
        lock (Record.Log.Gate) Record.Log.EndOpening();
        Append(line, EntryKind.Lost);
        isWhole = line.Known is not null;
        if (line.Known is not { } known) return;
        Know(known, line);
        decoder = ConnectionDecoder.Resume(Record.Perspective, DecodingDepth.Lifecycle, this, known, received, sent, limits);
    }

    private void Know(ConnectionFacts facts, CaptureLine line)
    {
        lock (Record.Log.Gate) Record.Know(facts, line.At?.UtcTicks ?? 0, budget);
    }

    private string? TakeEnd(CaptureLine line, TapPoint tap)
    {
        Append(line, line.Reset ? EntryKind.FinishedReset : EntryKind.FinishedFin);
        if (isWhole) decoder.Complete(tap, line.Direction!.Value, line.Reset ? StreamEnding.Reset : StreamEnding.Finished);
        return null;
    }

    private string? TakeFact(CaptureLine line)
    {
        if (line.Type is null || CaptureFormat.TypeOf(line.Type) is not { } type) return $"its type {PrintableText.OneLine(line.Type ?? "", 40)} is not known";
        if (line.Fact is not { } json || System.Text.Json.JsonSerializer.Deserialize(json, type, CaptureFormat.Options) is not LayerDetail fact) return "it has no fact";
        // A little below zero is what the recorder writes when the clock was set back meanwhile.
        if (fact is TcpClosed { Lifetime: var lifetime } && (lifetime < DateTimeOffset.MinValue - Record.OpenedAt || lifetime > DateTimeOffset.MaxValue - Record.OpenedAt))
            return $"its lifetime {lifetime:c} can't be";
        Append(line, EntryKind.Fact, fact: fact);
        Record.Stack.Observe(fact, Direction.Local);
        if (fact is not TcpClosed closed) return null;
        Record.Close = closed.Close;
        Record.ClosedAt = Record.OpenedAt + closed.Lifetime;
        Record.Counting = new Counted(closed.Counters);
        return null;
    }

    private void Append(CaptureLine line, EntryKind kind, int length = 0, ReadOnlySpan<byte> bytes = default, LayerDetail? fact = null)
    {
        var entry = new JournalEntry
        {
            Number = line.Number,
            Ticks = line.At?.UtcTicks ?? 0,
            Kind = kind,
            Tap = line.Tap ?? default,
            Direction = fact is null ? line.Direction ?? default : Direction.Local,
            Offset = line.Offset,
            Length = length,
            BeginsMessage = line.BeginsMessage,
            Fact = fact,
        };
        lock (Record.Log.Gate) Record.Log.Append(entry, bytes, budget);
    }
}
