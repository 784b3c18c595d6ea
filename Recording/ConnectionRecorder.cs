using System.Buffers;
using System.Net.Sockets;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Recording.Masking;
using RealtimeHello.Recording.Taps;

namespace RealtimeHello.Recording;

/// <summary>
/// Joins the taps of one connection to the journal: masks secrets, numbers and times chunks and facts, and decodes the lifecycle as it goes.
/// Thread-safe. Never throws: a fault of its own ends the recording of this connection, and the connection goes on untouched.
/// </summary>
public sealed class ConnectionRecorder : IByteTap, IConnectionOutput, ICounter, IPendingWriter
{
    /// <summary>How much of the end of a connection is decoded to find out why it ended.</summary>
    private const int TailBytes = 8 * 1024;

    /// <summary>Bytes of the wire kept in each direction before the TLS handshake is over; ciphertext is counted, not kept.</summary>
    private const int WireBytes = 16 * 1024;

    private readonly Journal journal;
    private readonly SecretNames secrets;
    private readonly ConnectionDecoder decoder;
    private readonly CloseEvidence evidence;
    private readonly ConnectionLog log;
    private ConnectionOpening? opening = new();
    private Payloads? payloads;
    private (long Received, long Sent) plain;
    private EventNumbering numbering;
    private TapPoint? socketTap;
    private byte endings;
    private bool isOfSeveral;
    private EarlierRequests? earlier;
    private bool stopped;
    private bool closed;
    private int faults;
    private int invocations;
    private long backlog;

    internal ConnectionRecorder(Journal journal, ConnectionRecord record, SecretNames secrets)
    {
        this.journal = journal;
        this.secrets = secrets;
        Record = record;
        log = record.Log;
        evidence = new CloseEvidence(record.Perspective);
        decoder = new ConnectionDecoder(record.Perspective, DecodingDepth.Lifecycle, this, journal.Options.Decoders);
        record.Counting = this;
        record.CompressedIsMasked = secrets.HasProperties;
        Fact(new TcpOpened(record.Remote, record.Local, ByThisSide: record.Perspective == Perspective.Client));
    }

    /// <summary>What is recorded.</summary>
    public ConnectionRecord Record { get; }

    /// <summary>
    /// A chunk, as the socket's own tap saw it, which does not know whether TLS runs over it until the first byte is there: a TLS record begins with 0x16
    /// (RFC 8446 5.1), an HTTP request never does.
    /// </summary>
    void IByteTap.Bytes(Direction direction, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || log.Gate.TryTake(direction, bytes)) return;
        Take(socketTap ??= bytes[0] == 0x16 ? TapPoint.Wire : TapPoint.Plain, direction, bytes);
    }

    IMessageTap? IByteTap.Messages => log.Gate;

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

    /// <summary>A direction came to its end. Under TLS both taps say so, and it is told once.</summary>
    public void Ended(TapPoint tap, Direction direction, StreamEnding ending, string? reason = null)
    {
        lock (log.Gate)
        {
            if (IsOver) return;
            try
            {
                log.Gate.Close(direction);
                var (number, ticks) = Begin();
                Append(new JournalEntry
                {
                    Number = number,
                    Ticks = ticks,
                    Kind = ending == StreamEnding.Reset ? EntryKind.FinishedReset : EntryKind.FinishedFin,
                    Tap = tap,
                    Direction = direction,
                });
                decoder.Complete(tap, direction, ending);
                var told = 1 << (((int)direction * 2) + (ending == StreamEnding.Reset ? 1 : 0));
                if ((endings & told) != 0) return;
                endings |= (byte)told;
            }
            catch (Exception exception)
            {
                Stop(exception);
            }
        }

        Record.ReadTcpStatistics();
        Fact(ending == StreamEnding.Reset ? new TcpReset(direction == Direction.Received, reason) : new TcpHalfClosed(direction == Direction.Received));
    }

    /// <summary>A local fact.</summary>
    /// <param name="detail">What happened.</param>
    /// <param name="depth">Lifecycle: told to every reader. Full: only to those that look at this connection.</param>
    /// <returns>Its number, which its event's sequence begins with; 0: it was not recorded.</returns>
    public long Fact(LayerDetail detail, DecodingDepth depth = DecodingDepth.Lifecycle)
    {
        ArgumentNullException.ThrowIfNull(detail);
        var number = 0L;
        lock (log.Gate)
        {
            if (IsOver) return 0;
            try
            {
                number = Write(detail, depth);
            }
            catch (Exception exception)
            {
                Stop(exception);
            }
        }

        journal.Changed(Record);
        return number;
    }

    /// <summary>
    /// Whose hub connection this is, once that is known. What a connection carried before its upgrade may be somebody else's, where a proxy uses it for one client after the other:
    /// that is left out then. A connection that carries more than a WebSocket, or the hubs of several users, is no user's own: only an operator sees it.
    /// </summary>
    public void BelongsTo(string? userId, string? userName)
    {
        lock (log.Gate)
        {
            Record.UserName = userName;
            if (IsOver || userId is null) return;
            try
            {
                if (isOfSeveral || (Record.UserId is { } other && other != userId) || (opening is { Requests: > 0 } && !decoder.Facts.Upgraded))
                {
                    isOfSeveral = true;
                    Record.UserId = null;
                    return;
                }

                if (earlier is not null) Omit(earlier);
                earlier = null;
                Record.UserId = userId;
            }
            catch (Exception exception)
            {
                Stop(exception);
            }
        }
    }

    /// <summary>Whom the peer, a trusted proxy, asks for; with every request anew, since proxies use a connection for one client after the other.</summary>
    /// <param name="client">The client's address; null: the peer itself asks.</param>
    public void ComesFrom(string? client)
    {
        if (client == Record.Client) return;
        Record.Client = client;
        if (client is not null) Fact(new HttpForwarded(client, Record.Remote));
    }

    /// <summary>Whose figures the kernel has: asked for while somebody looks, and when an end comes into sight, since a closed socket has none.</summary>
    public void SampleFrom(Socket socket) => Record.Socket = socket;

    /// <summary>Bytes handed to the connection whose flush is not over yet.</summary>
    public void Backlog(long bytes) => Volatile.Write(ref backlog, bytes);

    /// <summary>The connection is over. Works out why, and says so as its last event.</summary>
    public void Close()
    {
        Record.ReadTcpStatistics();
        lock (log.Gate)
        {
            if (closed) return;
            if (Record.IsForgotten)
            {
                closed = true;
                opening?.LetGo();
                return;
            }

            var report = Judge();
            var counters = Count();
            var now = Record.OpenedAt;
            try
            {
                now = Now;
                Record.Close = report;
                Record.ClosedAt = now;
                Write(new TcpClosed(report, now - Record.OpenedAt, counters), DecodingDepth.Lifecycle);
            }
            catch (Exception exception)
            {
                Stop(exception);
                Record.Close = report;
                Record.ClosedAt = now;
            }

            closed = true;
            Record.Socket = null;
            opening?.LetGo();
            opening = null;
            // The record stays, perhaps for long; this recorder and its decoders need not.
            Record.Counting = new Counted(counters);
            journal.Grow(log.Pack());
        }

        journal.Changed(Record);
        journal.Closed(Record);
    }

    private CloseReport Judge()
    {
        try
        {
            LookAtTheEnd();
            evidence.BacklogBytes = Volatile.Read(ref backlog);
            evidence.ServerIsStopping = journal.IsStopping;
            return evidence.Judge();
        }
        catch (Exception exception)
        {
            Stop(exception);
            return new CloseReport(ClosedBy.Network, Layer.Tcp, null, CloseCauses.NetworkReset, "The connection ended; its recording had stopped before.");
        }
    }

    /// <inheritdoc/>
    void IConnectionOutput.Emit(LayerDetail detail, TapPoint tap, Direction direction, ByteRange source)
    {
        if (detail is DecodeFault) faults++;
        evidence.Observe(detail, direction);
        Record.Stack.Observe(detail, direction);
        if (detail is HttpRequest request) Observe(request);
        else if (detail is HttpUpgraded && earlier is not null) earlier.Answer = opening!.HeadOf(direction);
        journal.Lifecycle.Append(numbering.Number(Record.Id, detail, tap, direction, source));
    }

    private void Observe(HttpRequest request)
    {
        if (opening is not null && opening.Requests++ > 0) earlier ??= new EarlierRequests();
        if (!request.AsksForWebSocket) return;
        Record.AskedForWebSocket = true;
        if (earlier is not null) earlier.Request = (opening!.HeadOf(ClientDirection), numbering.EntryNumber, ClientDirection);
    }

    private void Omit(EarlierRequests requests)
    {
        var (growth, omitted) = log.OmitExchanges(requests.Request, requests.Answer);
        journal.Grow(growth);
        Write(new Gap(Layer.Http, omitted, "earlier requests on this connection may be somebody else's"), DecodingDepth.Lifecycle);
    }

    private bool IsOver => stopped || closed || Record.IsForgotten;

    private DateTimeOffset Now => journal.Time.GetUtcNow();

    private long Write(LayerDetail detail, DecodingDepth depth)
    {
        var now = Now.Ticks;
        var number = journal.NextNumber();
        evidence.Observe(detail, Direction.Local);
        Record.Stack.Observe(detail, Direction.Local);
        if (detail is Layers.Tls.TlsHandshake && opening is not null) opening.HandshakeDone = true;
        if (detail is Layers.Hubs.HubInvoked) invocations++;
        Append(new JournalEntry { Number = number, Ticks = now, Kind = EntryKind.Fact, Direction = Direction.Local, Fact = detail });
        if (depth == DecodingDepth.Lifecycle) journal.Lifecycle.Append(new EventNumbering(number, now).NumberFact(Record.Id, detail));
        return number;
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
            var message = journal.FanOuts.Find(bytes);
            // This connection takes part in fan-outs: what comes in the next ones may wait.
            if (message is not null) log.Gate.Open(direction, this);
            return trim | Store(journal.NextNumber(), Now.Ticks, TapPoint.Plain, direction, Pass(direction, bytes.Length), bytes, beginsMessage: true, message);
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
            if (opening is { HeldLength: > 0 } && decoder.PhaseOf(ClientDirection) != PlainPhase.Undecided) trim |= Release();
        }

        if (opening is not null && (decoder.Facts.HubProtocol is not null || decoder.Facts.IsNotSignalR))
        {
            // The heads and the handshake are over: no secrets come any more, and what comes now may be evicted.
            opening.LetGo();
            opening = null;
            numbering = default;
            journal.Grow(log.EndOpening());
        }

        if (!ReferenceEquals(Record.Facts, decoder.Facts)) Record.Facts = decoder.Facts;
        return trim;
    }

    bool IPendingWriter.Write(Direction direction, byte[] message, long number, long ticks)
    {
        try
        {
            // It was one whole message when it was taken elsewhere; if it is none here, it is decoded as anything is.
            if (!decoder.TryTakeMessage(direction, message))
            {
                numbering = new EventNumbering(number, ticks);
                decoder.Push(TapPoint.Plain, direction, message);
            }

            return Store(number, ticks, TapPoint.Plain, direction, Pass(direction, message.Length), message, beginsMessage: true, message);
        }
        catch (Exception exception)
        {
            Stop(exception);
            return false;
        }
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
        if (!opening!.Hold(bytes, journal.Options.Decoders.UndecidedBytes))
        {
            Pass(ClientDirection, bytes.Length);
            decoder.Skip(TapPoint.Plain, ClientDirection, bytes.Length);
            return bytes.Length;
        }

        return bytes.Length;
    }

    private bool Release() => TakePlain(ClientDirection, opening!.TakeHeld());

    private (long Number, long Ticks) Begin()
    {
        var number = journal.NextNumber();
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

    private bool Append(in JournalEntry entry, ReadOnlySpan<byte> bytes = default) => journal.Grow(log.Append(entry, bytes, journal.Options));

    /// <summary>SignalR puts its reason into the hub message before the Close frame, which lifecycle depth does not decode.</summary>
    private void LookAtTheEnd()
    {
        if (!decoder.Facts.Upgraded || decoder.Facts.HubProtocol is null || stopped) return;
        var events = new List<LayerEvent>();
        ConnectionReader.OfTail(Record, TailBytes, journal.Options.Decoders).Read(events);
        foreach (var found in events)
        {
            if (found.Detail is CloseMessage or PingMessage) evidence.Observe(found.Detail, found.Direction);
        }
    }

    ConnectionCounters ICounter.Count()
    {
        lock (log.Gate) return Count();
    }

    private ConnectionCounters Count()
    {
        log.Gate.Settle();
        return new ConnectionCounters(
            plain.Received, plain.Sent, decoder.FramesReceived, decoder.FramesSent, decoder.HubMessagesReceived, decoder.HubMessagesSent, invocations, faults, Volatile.Read(ref backlog));
    }

    /// <summary>A fault of this recorder: said once, and nothing more is recorded. Never throws, whatever it was that failed.</summary>
    private void Stop(Exception exception)
    {
        if (stopped) return;
        stopped = true;
        log.Gate.Shut();
        try
        {
            Write(new DecodeFault(Layer.Tcp, "recorder", $"The recorder failed and stopped; the connection goes on. {exception.GetType().Name}: {exception.Message}"), DecodingDepth.Lifecycle);
        }
        catch (Exception)
        {
            // What failed can't even be said: then the record ends here.
        }
    }

    /// <summary>The maskers of a journal that has properties to mask.</summary>
    private sealed record Payloads(PayloadMasker Received, PayloadMasker Sent);
}
