using System.Buffers;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Recording.Masking;
using RealtimeHello.Recording.Taps;

namespace RealtimeHello.Recording;

// The bytes: what of them is masked, decoded and kept, by where in the connection they come.
public sealed partial class ConnectionRecorder
{
    /// <summary>Bytes of the wire kept in each direction before the TLS handshake is over; ciphertext is counted, not kept.</summary>
    private const int WireBytes = 16 * 1024;

    private Payloads? payloads;
    private TapPoint? socketTap;

    /// <summary>
    /// A chunk, as the socket's own tap saw it, which does not know whether TLS runs over it until the first byte is there: a TLS record begins with 0x16
    /// (RFC 8446 5.1), an HTTP request never does.
    /// </summary>
    void IByteTap.Bytes(Direction direction, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        Take(socketTap ??= bytes[0] == 0x16 ? TapPoint.Wire : TapPoint.Plain, direction, bytes);
    }

    bool IByteTap.IsEncrypted => socketTap == TapPoint.Wire;

    void IByteTap.Ended(Direction direction, StreamEnding ending, string? reason) => Ended(socketTap ?? TapPoint.Plain, direction, ending, reason);

    /// <summary>A chunk, as a tap saw it.</summary>
    public void Bytes(TapPoint tap, Direction direction, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || (tap == TapPoint.Plain && log.Gate.TryTake(direction, bytes))) return;
        Take(tap, direction, bytes);
    }

    private void Take(TapPoint tap, Direction direction, ReadOnlySpan<byte> bytes)
    {
        var trim = false;
        lock (log.Gate)
        {
            if (IsOver) return;
            try
            {
                trim = tap == TapPoint.Wire ? TakeWire(direction, bytes) : TakePlain(direction, bytes);
            }
            catch (Exception exception)
            {
                Stop(exception);
            }
        }

        if (trim) journal.Trim();
        journal.Changed(Record);
    }

    private bool TakeWire(Direction direction, ReadOnlySpan<byte> bytes)
    {
        Record.IsSecure = true;
        if (opening is null or { HandshakeDone: true }) return false;
        var offset = direction == Direction.Received ? opening.WireReceived : opening.WireSent;
        if (direction == Direction.Received) opening.WireReceived += bytes.Length;
        else opening.WireSent += bytes.Length;
        if (offset + bytes.Length > WireBytes) return false;
        return Store(TapPoint.Wire, direction, offset, bytes, beginsMessage: false);
    }

    private bool TakePlain(Direction direction, ReadOnlySpan<byte> bytes)
    {
        var trim = log.Gate.Settle();
        if (opening is null && !secrets.HasProperties && decoder.TryTakeMessage(direction, bytes))
        {
            var message = journal.Options.ConnectionBytes >= FanOuts.LeastBudget ? journal.FanOuts.Find(bytes) : null;
            // This connection takes part in fan-outs: what comes in the next ones may wait.
            if (message is not null) log.Gate.Open(direction, journal);
            return trim | Store(journal.NextNumber(this), Now.Ticks, TapPoint.Plain, direction, Pass(direction, bytes.Length), bytes, beginsMessage: true, message);
        }

        log.Gate.Close(direction);
        while (!bytes.IsEmpty)
        {
            var phase = decoder.PhaseOf(direction);
            var count = phase switch
            {
                PlainPhase.Head => TakeHead(direction, bytes, ref trim),
                PlainPhase.WebSocket or PlainPhase.RefusalBody => TakeStored(direction, phase, bytes, ref trim),
                PlainPhase.Undecided => Hold(bytes),
                _ => TakeSkipped(direction, bytes, phase, ref trim),
            };
            bytes = bytes[count..];
            if (!ReferenceEquals(Record.Facts, decoder.Facts)) trim |= journal.Grow(Record.Know(decoder.Facts, Now.Ticks, journal.Options));
            if (opening is { HeldLength: > 0 } && decoder.PhaseOf(ClientDirection) != PlainPhase.Undecided) trim |= Release();
        }

        if (opening?.Awaited is { } awaited && decoder.Facts.Upgraded)
        {
            opening.Awaited = null;
            if (awaited() is { } continues)
            {
                Own(continues.UserId, continues.Hub.User);
                Write(continues.Hub, DecodingDepth.Lifecycle);
            }
        }

        if (opening is not null && (decoder.Facts.HubProtocol is not null || decoder.Facts.IsNotSignalR))
        {
            // The heads and the handshake are over: no secrets come any more, and what comes now may be evicted.
            opening.LetGo();
            opening = null;
            numbering = default;
            journal.Grow(log.EndOpening());
        }

        return trim;
    }

    bool IPendingWriter.Write(Direction direction, ReadOnlySpan<PendingMessage> waiting)
    {
        var trim = false;
        try
        {
            while (!waiting.IsEmpty)
            {
                var (count, length) = Take(direction, waiting);
                if (count > 0) trim |= journal.Grow(log.Append(direction, Pass(direction, length), waiting[..count], journal.Options));
                waiting = waiting[count..];
                if (waiting is not [{ Message: { } message } next, ..]) break;
                numbering = new EventNumbering(next.Number, next.Ticks);
                decoder.Push(TapPoint.Plain, direction, message);
                trim |= Store(next.Number, next.Ticks, TapPoint.Plain, direction, Pass(direction, message.Length), message, beginsMessage: true, message);
                waiting = waiting[1..];
            }
        }
        catch (Exception exception)
        {
            Stop(exception);
        }

        return trim;
    }

    /// <summary>Each was one whole message when it was taken elsewhere. The first that is none here is decoded as anything is.</summary>
    /// <returns>How many come before that, and how many bytes they are.</returns>
    private (int Count, int Length) Take(Direction direction, ReadOnlySpan<PendingMessage> waiting)
    {
        var (count, length) = (0, 0);
        while (count < waiting.Length && waiting[count].Message is not null && decoder.TryTakeMessage(direction, waiting[count].Whole)) length += waiting[count++].Whole.Length;

        return (count, length);
    }

    void IPendingWriter.Fail(Exception exception) => Stop(exception);

    private Direction ClientDirection => Record.Perspective == Perspective.Server ? Direction.Received : Direction.Sent;

    /// <summary>Lines of a head: masked one by one, since only the decoder knows whether the next byte still belongs to the head.</summary>
    private int TakeHead(Direction direction, ReadOnlySpan<byte> bytes, ref bool trim)
    {
        var masker = opening!.HeadMaskerOf(direction, secrets);
        var begins = masker.IsAtStart;
        var scratch = ArrayPool<byte>.Shared.Rent(bytes.Length);
        try
        {
            var (number, ticks) = Begin();
            if (begins) opening.BeginHead(direction, number);
            var taken = 0;
            while (taken < bytes.Length && decoder.PhaseOf(direction) == PlainPhase.Head)
            {
                var line = bytes[taken..];
                var end = line.IndexOf((byte)'\n');
                var masked = scratch.AsSpan(taken, end < 0 ? line.Length : end + 1);
                line[..masked.Length].CopyTo(masked);
                masker.Mask(masked);
                var left = masked;
                while (!left.IsEmpty && decoder.PhaseOf(direction) == PlainPhase.Head)
                {
                    var count = decoder.Advance(TapPoint.Plain, direction, left);
                    taken += count;
                    left = left[count..];
                }

                // The next head, if one follows at once, is an entry of its own.
                if (!left.IsEmpty || masker.IsAtStart) break;
            }

            trim |= Store(number, ticks, TapPoint.Plain, direction, Pass(direction, taken), scratch.AsSpan(0, taken), begins);
            return taken;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch, clearArray: true);
        }
    }

    private int TakeStored(Direction direction, PlainPhase phase, ReadOnlySpan<byte> bytes, ref bool trim)
    {
        var begins = decoder.IsBetweenMessages(direction);
        var (number, ticks) = Begin();
        var count = decoder.Advance(TapPoint.Plain, direction, bytes);
        var stored = bytes[..count];
        var offset = Pass(direction, count);
        if (!secrets.HasProperties || phase != PlainPhase.WebSocket) trim |= Store(number, ticks, TapPoint.Plain, direction, offset, stored, begins);
        else trim |= StoreMasked(number, ticks, direction, offset, stored, begins);
        return count;
    }

    private bool StoreMasked(long number, long ticks, Direction direction, long offset, ReadOnlySpan<byte> bytes, bool begins)
    {
        payloads ??= new Payloads(new PayloadMasker(secrets), new PayloadMasker(secrets));
        var masker = direction == Direction.Received ? payloads.Received : payloads.Sent;
        var scratch = ArrayPool<byte>.Shared.Rent(bytes.Length);
        try
        {
            var masked = scratch.AsSpan(0, bytes.Length);
            bytes.CopyTo(masked);
            masker.Mask(masked, !decoder.Facts.IsNotSignalR, decoder.RequestedHubProtocol);
            return Store(number, ticks, TapPoint.Plain, direction, offset, masked, begins);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch, clearArray: true);
        }
    }

    /// <summary>Content of HTTP, and what nothing can be made of, is counted and not kept: it is large, and it may hold secrets.</summary>
    private int TakeSkipped(Direction direction, ReadOnlySpan<byte> bytes, PlainPhase phase, ref bool trim)
    {
        var (number, ticks) = Begin();
        var count = decoder.Advance(TapPoint.Plain, direction, bytes);
        var offset = Pass(direction, count);
        if (phase == PlainPhase.Opaque) return count;
        trim |= Append(new JournalEntry
        {
            Number = number,
            Ticks = ticks,
            Kind = EntryKind.Skipped,
            Tap = TapPoint.Plain,
            Direction = direction,
            Offset = offset,
            Length = count,
        });
        return count;
    }

    /// <summary>The client's bytes behind its request for a WebSocket, before the answer: a head with secrets, or a frame. They wait.</summary>
    private int Hold(ReadOnlySpan<byte> bytes)
    {
        var waiting = opening!.HeldLength;
        if (!opening.Hold(bytes, journal.Options.Decoders.UndecidedBytes))
        {
            // What waited is given up with these.
            Pass(ClientDirection, waiting + bytes.Length);
            decoder.Skip(TapPoint.Plain, ClientDirection, waiting + bytes.Length);
        }

        return bytes.Length;
    }

    private bool Release() => TakePlain(ClientDirection, opening!.TakeHeld());

    private (long Number, long Ticks) Begin()
    {
        var number = journal.NextNumber(this);
        var ticks = Now.Ticks;
        numbering = new EventNumbering(number, ticks);
        return (number, ticks);
    }

    /// <summary>Moves the direction's offset on; returns where it was.</summary>
    private long Pass(Direction direction, int count)
    {
        var offset = direction == Direction.Received ? plain.Received : plain.Sent;
        plain = direction == Direction.Received ? (offset + count, plain.Sent) : (plain.Received, offset + count);
        return offset;
    }

    private bool Store(TapPoint tap, Direction direction, long offset, ReadOnlySpan<byte> bytes, bool beginsMessage)
    {
        var (number, ticks) = Begin();
        decoder.Push(tap, direction, bytes);
        return Store(number, ticks, tap, direction, offset, bytes, beginsMessage);
    }

    private bool Store(long number, long ticks, TapPoint tap, Direction direction, long offset, ReadOnlySpan<byte> bytes, bool beginsMessage, byte[]? shared = null) =>
        Append(
            new JournalEntry
            {
                Number = number,
                Ticks = ticks,
                Kind = EntryKind.Chunk,
                Tap = tap,
                Direction = direction,
                Offset = offset,
                Length = bytes.Length,
                BeginsMessage = beginsMessage,
                Shared = shared,
            },
            bytes);

    /// <summary>The maskers of a journal that has properties to mask.</summary>
    private sealed record Payloads(PayloadMasker Received, PayloadMasker Sent);
}
