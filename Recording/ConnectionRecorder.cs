using System.Net.Sockets;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.Hubs;
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
public sealed partial class ConnectionRecorder : IConnectionOutput, ICounter, IPendingWriter
{
    /// <summary>How much of the end of a connection is decoded to find out why it ended.</summary>
    private const int TailBytes = 8 * 1024;

    private readonly Journal journal;
    private readonly SecretNames secrets;
    private readonly ConnectionDecoder decoder;
    private readonly CloseEvidence evidence;
    private readonly ConnectionLog log;
    private ConnectionOpening? opening = new();
    private (long Received, long Sent) plain;
    private EventNumbering numbering;
    private byte endings;
    private bool isOfSeveral;
    private bool isNobodys;
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
        log.Gate.Begin(this);
        Fact(new TcpOpened(record.Remote, record.Local, ByThisSide: record.Perspective == Perspective.Client));
    }

    /// <summary>What is recorded.</summary>
    public ConnectionRecord Record { get; }

    /// <summary>Another number from a request for a WebSocket on, behind other requests: it may be somebody else's than they are.</summary>
    public int Owner { get; private set; }

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
    public long Fact(LayerDetail detail, DecodingDepth depth = DecodingDepth.Lifecycle) => Fact(detail, depth, null);

    /// <summary>A local fact that may come late, of one of the requests that the connection carried while it had this owner; not recorded when that may have changed meanwhile.</summary>
    /// <param name="detail">What happened.</param>
    /// <param name="depth">As of the other.</param>
    /// <param name="owner"><see cref="Owner"/>, at that time; null: it is of the connection itself.</param>
    /// <returns>As of the other.</returns>
    public long Fact(LayerDetail detail, DecodingDepth depth, int? owner)
    {
        ArgumentNullException.ThrowIfNull(detail);
        var number = 0L;
        lock (log.Gate)
        {
            if (IsOver || (owner is not null && owner != Owner)) return 0;
            try
            {
                number = Write(detail, depth);
            }
            catch (Exception exception)
            {
                Stop(exception);
            }
        }

        journal.TrimIfDue();
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
            try
            {
                Own(userId, userName);
            }
            catch (Exception exception)
            {
                Stop(exception);
            }
        }
    }

    /// <summary>A hub that connected on another connection goes on over this one.</summary>
    /// <param name="continued">What is said of it.</param>
    /// <param name="userId">Whose it is, as of <see cref="BelongsTo"/>.</param>
    public void Carries(HubContinued continued, string? userId)
    {
        ArgumentNullException.ThrowIfNull(continued);
        BelongsTo(userId, continued.User);
        Fact(continued);
    }

    /// <summary>The same of a hub by long polling, whose polls come beside other requests: the connection is no user's own by it, and what it has become meanwhile stays as it is.</summary>
    /// <param name="continued">What is said of it.</param>
    /// <param name="owner"><see cref="Owner"/> when the poll came.</param>
    public void CarriesPoll(HubContinued continued, int owner)
    {
        ArgumentNullException.ThrowIfNull(continued);
        IsShared(continued.User, owner);
        Fact(continued, DecodingDepth.Lifecycle, owner);
    }

    /// <summary>A hub, or another request of whoever it is, comes beside others on this connection. HTTP/2 carries them at once: such a connection is no user's own.</summary>
    /// <param name="userName">The label of the hub's user; null: it is no hub.</param>
    /// <param name="owner"><see cref="Owner"/> when the request came.</param>
    public void IsShared(string? userName, int owner)
    {
        lock (log.Gate)
        {
            if (IsOver || owner != Owner || decoder.Facts.Upgraded) return;
            Record.UserName = userName ?? Record.UserName;
            isOfSeveral |= Record.Stack.IsHttp2;
            if (isOfSeveral) Record.UserId = null;
        }
    }

    /// <summary>Asks, once the request that is not answered yet is answered with an upgrade, what goes on over the connection; not where it is not.</summary>
    /// <param name="whatContinues">The hub and its user; null: it is no hub's. Asked under a lock; must not throw.</param>
    public void OnceUpgraded(Func<(HubContinued Hub, string? UserId)?> whatContinues)
    {
        lock (log.Gate)
        {
            if (opening is not null) opening.Awaited = whatContinues;
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
        if (opening is not null) opening.Awaited = null;
        if (opening is not null && opening.Requests++ > 0) earlier ??= new EarlierRequests();
        if (!request.AsksForWebSocket) return;
        Record.AskedForWebSocket = true;
        if (earlier is null) return;
        Owner++;
        earlier.Request = (opening!.HeadOf(ClientDirection), numbering.EntryNumber, ClientDirection);
    }

    private void Own(string? userId, string? userName)
    {
        if (IsOver) return;
        Record.UserName = userName;
        // Somebody who did not sign in is somebody else, too.
        isNobodys |= userId is null;
        isOfSeveral |= (Record.UserId is { } other && other != userId) || (userId is not null && (isNobodys || !(decoder.Facts.Upgraded ? decoder.SawUpgrade : opening is not { Requests: > 0 })));
        if (isOfSeveral) Record.UserId = null;
        if (isOfSeveral || userId is null) return;
        if (earlier is not null) Omit(earlier);
        earlier = null;
        if (Record.UserId is null) Record.UsersSince = journal.LastNumber;
        Record.UserId = userId;
    }

    private void Omit(EarlierRequests requests)
    {
        var (growth, omitted) = log.OmitExchanges(requests.Request, requests.Answer);
        journal.Grow(growth);
        Record.Stack.LeaveOutWhatCameBefore();
        Write(new Gap(Layer.Http, omitted, "earlier requests on this connection may be somebody else's"), DecodingDepth.Lifecycle);
    }

    private bool IsOver => stopped || closed || Record.IsForgotten;

    private DateTimeOffset Now => journal.Time.GetUtcNow();

    private long Write(LayerDetail detail, DecodingDepth depth)
    {
        var now = Now.Ticks;
        var number = journal.NextNumber(this);
        evidence.Observe(detail, Direction.Local);
        Record.Stack.Observe(detail, Direction.Local);
        if (detail is Layers.Tls.TlsHandshake && opening is not null) opening.HandshakeDone = true;
        if (detail is HubInvoked) invocations++;
        Append(new JournalEntry { Number = number, Ticks = now, Kind = EntryKind.Fact, Direction = Direction.Local, Fact = detail });
        if (depth == DecodingDepth.Lifecycle) journal.Lifecycle.Append(new EventNumbering(number, now).NumberFact(Record.Id, detail));
        return number;
    }

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
}
