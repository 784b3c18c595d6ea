using System.Net.Sockets;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Recording.Stack;
using RealtimeHello.Recording.Taps;

namespace RealtimeHello.Recording.Journals;

/// <summary>
/// What the journal holds of one connection: what it is, where its layers stand, and the log of its chunks and facts. Written by its
/// <see cref="ConnectionRecorder"/> alone; read by anybody, on any thread, through <see cref="ConnectionReader"/>.
/// </summary>
public sealed class ConnectionRecord
{
    /// <summary>The longest range that <see cref="ReadBytes"/> reads at once, in bytes.</summary>
    public const int LongestRange = 1024 * 1024;

    private readonly long openedTicks;
    private long closedTicks;
    private TcpStatistics? lastTcpStatistics;

    /// <summary>The number of the last entry that any of these has just now: an export is of that moment, and comes to an end however fast they are written.</summary>
    internal static long LastNumberOf(IEnumerable<ConnectionRecord> connections) => connections.Select(connection => connection.Log.ReadLastNumber()).DefaultIfEmpty().Max();

    internal ConnectionRecord(string id, Perspective perspective, DateTimeOffset openedAt, string remote, string local, Journal journal)
    {
        Id = id;
        Perspective = perspective;
        SeesApplication = journal.Options.SeesApplication;
        openedTicks = openedAt.UtcTicks;
        Remote = remote;
        Local = local;
        Stack = new ConnectionStack(this);
        Log = new ConnectionLog(journal.Packer, journal.Gates.Take());
    }

    /// <summary>The connection's id: on a server, Kestrel's own.</summary>
    public string Id { get; }

    /// <summary>Which side was recorded.</summary>
    public Perspective Perspective { get; }

    /// <summary>When it was accepted or opened.</summary>
    public DateTimeOffset OpenedAt => new(openedTicks, TimeSpan.Zero);

    /// <summary>The peer's address and port.</summary>
    public string Remote { get; }

    /// <summary>The client's address, where the peer is a trusted proxy that named it; else null.</summary>
    public string? Client { get; internal set; }

    /// <summary>This side's address and port.</summary>
    public string Local { get; }

    /// <summary>It runs over TLS.</summary>
    public bool IsSecure { get; internal set; }

    /// <summary>When it was closed; null while it is open.</summary>
    public DateTimeOffset? ClosedAt
    {
        get => closedTicks == 0 ? null : new DateTimeOffset(closedTicks, TimeSpan.Zero);
        internal set => closedTicks = value?.UtcTicks ?? 0;
    }

    /// <summary>Who closed it and why; null while it is open.</summary>
    public CloseReport? Close { get; internal set; }

    /// <summary>The user's id, once known: for access rules.</summary>
    public string? UserId { get; internal set; }

    /// <summary>The last number that the journal had given when this became its user's: whoever follows a user's connections could not be told before what has a number up to that.</summary>
    public long UsersSince { get; internal set; }

    /// <summary>The user's label, once known: for people.</summary>
    public string? UserName { get; internal set; }

    /// <summary>It asked for a WebSocket, whatever the answer was.</summary>
    public bool AskedForWebSocket { get; internal set; }

    /// <summary>A hub took it, also where the request can't be seen: over HTTP/2, or by long polling.</summary>
    public bool CarriesHub => Stack.HasHub;

    /// <summary>SignalR's own id of the hub connection that went over it last: the same on each connection that a hub went over, one after the other. Null: none did.</summary>
    public string? HubConnectionId => Stack.HubConnectionId;

    /// <summary>The path that was asked for a WebSocket; where none was asked for, that of the request that a hub came with, as of its poll. Null: there is none, or it can't be seen.</summary>
    public string? Path => Facts.Path ?? Stack.HubPath;

    /// <summary>It asked for a WebSocket, carried a hub, or failed in TLS before it could: what lists show. Plain HTTP, which a server may have a thousand times as much of, is not.</summary>
    public bool ConcernsRealTime => AskedForWebSocket || CarriesHub || Close?.Layer == Layer.Tls;

    /// <summary>Nobody is to see it any more, and nothing more is recorded of it.</summary>
    public bool IsForgotten { get; internal set; }

    /// <summary>What later bytes can't be decoded without.</summary>
    public ConnectionFacts Facts { get; internal set; } = new();

    /// <summary>What is known changed, or not, with the last entry of the log. The caller holds the lock.</summary>
    /// <returns>By how many bytes the log grew or shrank.</returns>
    internal long Know(ConnectionFacts facts, long ticks, JournalOptions budget)
    {
        var before = Facts;
        if (facts == before) return 0;
        Facts = facts;
        return Log.AppendKnown(ticks, before, budget);
    }

    /// <summary>The same, as far as it was known in front of the entry of that number: for decoding that begins there.</summary>
    internal ConnectionFacts FactsAt(long number)
    {
        lock (Log.Gate) return Log.KnownAt(number, Facts);
    }

    /// <summary>The kernel's figures, read while it is open; of a closed connection the last ones. Null where there are none.</summary>
    public TcpStatistics? ReadTcpStatistics()
    {
        if (ClosedAt is null && Fresh() is { } fresh) lastTcpStatistics = fresh;
        return lastTcpStatistics;

        TcpStatistics? Fresh()
        {
            try
            {
                return Socket is { } socket ? TcpInfo.Read(socket) : null;
            }
            catch (Exception)
            {
                // Figures that can't be had are no figures: whoever asks must not suffer for it, least of all the connection.
                Socket = null;
                return null;
            }
        }
    }

    /// <summary>What went over it so far. Compressed hub messages are not counted: 0.</summary>
    public ConnectionCounters Counters => Counting?.Count() ?? new ConnectionCounters(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>Where each layer stands, from the socket to the application.</summary>
    public IReadOnlyList<LayerState> ReadLayers()
    {
        var counters = Counters;
        lock (Log.Gate) return Stack.Read(counters);
    }

    /// <summary>Memory in use, in bytes.</summary>
    public long Size
    {
        get
        {
            lock (Log.Gate) return Log.Size;
        }
    }

    /// <summary>As of <see cref="JournalOptions.SeesApplication"/>.</summary>
    internal bool SeesApplication { get; }

    /// <summary>Compressed messages are stored masked whole: nothing can be decoded of them.</summary>
    internal bool CompressedIsMasked { get; set; }

    /// <summary>Its entries; whoever writes to the record holds the lock on its gate.</summary>
    internal ConnectionLog Log { get; }

    internal ConnectionStack Stack { get; }

    /// <summary>Who counts: while it is open its recorder, then what that counted. One reference, so that a reader on another thread finds the one or the other.</summary>
    internal ICounter? Counting { get; set; }

    /// <summary>Whose figures the kernel has; null: nobody's, or it is closed.</summary>
    internal Socket? Socket { get; set; }

    /// <summary>The recorded bytes of a range, secrets masked; null when any of them was evicted or never stored.</summary>
    /// <param name="tap">The tap whose stream the range counts.</param>
    /// <param name="direction">Received or sent.</param>
    /// <param name="range">The range; at most <see cref="LongestRange"/> bytes.</param>
    public byte[]? ReadBytes(TapPoint tap, Direction direction, ByteRange range)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(range.Length, LongestRange);
        return Log.ReadBytes(tap, direction, range);
    }
}

/// <summary>Whoever counts what goes over a connection.</summary>
internal interface ICounter
{
    ConnectionCounters Count();
}

/// <summary>Of a closed connection.</summary>
internal sealed class Counted(ConnectionCounters counters) : ICounter
{
    public ConnectionCounters Count() => counters;
}
