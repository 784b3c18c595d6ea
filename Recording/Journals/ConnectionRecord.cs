using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Recording.Stack;

namespace RealtimeHello.Recording.Journals;

/// <summary>
/// What the journal holds of one connection: its opening, which is evicted last, and its recent chunks and facts. Written by its
/// <see cref="ConnectionRecorder"/> alone; read by anybody, on any thread, through <see cref="ConnectionReader"/>.
/// </summary>
public sealed class ConnectionRecord
{
    /// <summary>The longest range that <see cref="ReadBytes"/> reads at once, in bytes.</summary>
    public const int LongestRange = 1024 * 1024;

    private readonly EntryLog opening = new();
    private readonly EntryLog recent = new();
    private TcpStatistics? lastTcpStatistics;
    private bool openingIsOver;
    private bool receivedMustBegin;
    private bool sentMustBegin;

    internal ConnectionRecord(string id, Perspective perspective, DateTimeOffset openedAt, string remote, string local)
    {
        Id = id;
        Perspective = perspective;
        OpenedAt = openedAt;
        Remote = remote;
        Local = local;
        Stack = new ConnectionStack(this);
    }

    /// <summary>The connection's id: on a server, Kestrel's own.</summary>
    public string Id { get; }

    /// <summary>Which side was recorded.</summary>
    public Perspective Perspective { get; }

    /// <summary>When it was accepted or opened.</summary>
    public DateTimeOffset OpenedAt { get; }

    /// <summary>The peer's address and port.</summary>
    public string Remote { get; }

    /// <summary>The client's address, where the peer is a trusted proxy that named it; else null.</summary>
    public string? Client { get; internal set; }

    /// <summary>This side's address and port.</summary>
    public string Local { get; }

    /// <summary>It runs over TLS.</summary>
    public bool IsSecure { get; internal set; }

    /// <summary>When it was closed; null while it is open.</summary>
    public DateTimeOffset? ClosedAt { get; internal set; }

    /// <summary>Who closed it and why; null while it is open.</summary>
    public CloseReport? Close { get; internal set; }

    /// <summary>The user's id, once known: for access rules.</summary>
    public string? UserId { get; internal set; }

    /// <summary>The user's label, once known: for people.</summary>
    public string? UserName { get; internal set; }

    /// <summary>It asked for a WebSocket, whatever the answer was.</summary>
    public bool AskedForWebSocket { get; internal set; }

    /// <summary>A hub took it, also where the request can't be seen: over HTTP/2, or by long polling.</summary>
    public bool CarriesHub => Stack.HasHub;

    /// <summary>What later bytes can't be decoded without.</summary>
    public ConnectionFacts Facts { get; internal set; } = new();

    /// <summary>The kernel's figures, read while it is open; of a closed connection the last ones. Null where there are none.</summary>
    public TcpStatistics? ReadTcpStatistics()
    {
        if (ClosedAt is null && Fresh() is { } fresh) lastTcpStatistics = fresh;
        return lastTcpStatistics;

        TcpStatistics? Fresh()
        {
            try
            {
                return TcpSource?.Invoke();
            }
            catch (Exception)
            {
                // Figures that can't be had are no figures: whoever asks must not suffer for it, least of all the connection.
                TcpSource = null;
                return null;
            }
        }
    }

    /// <summary>What went over it so far. Compressed hub messages are not counted: 0.</summary>
    public ConnectionCounters Counters => CounterSource?.Invoke() ?? new ConnectionCounters(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>Where each layer stands, from the socket to the application.</summary>
    public IReadOnlyList<LayerState> ReadLayers()
    {
        var counters = Counters;
        lock (Gate) return Stack.Read(counters);
    }

    /// <summary>Memory in use, in bytes.</summary>
    public long Size
    {
        get
        {
            lock (Gate) return opening.Size + recent.Size;
        }
    }

    /// <summary>Compressed messages are stored masked whole: nothing can be decoded of them.</summary>
    internal bool CompressedIsMasked { get; set; }

    internal Lock Gate { get; } = new();

    internal ConnectionStack Stack { get; }

    internal Func<ConnectionCounters>? CounterSource { get; set; }

    internal Func<TcpStatistics?>? TcpSource { get; set; }

    /// <summary>Entries behind the opening were evicted up to and with this number; 0: none.</summary>
    internal long EvictedThrough { get; private set; }

    /// <summary>The last entry that was evicted between two numbers; null: none was. Asked once for an answer: a writer may be evicting.</summary>
    internal long? EvictedBetween(long readThrough, long number) => EvictedThrough is var last && readThrough < last && last < number ? last : null;

    /// <summary>How many bytes were evicted.</summary>
    internal long EvictedBytes { get; private set; }

    /// <summary>The last number in the record.</summary>
    internal long LastNumber { get; private set; }

    /// <summary>Appends, and evicts what is over <paramref name="budget"/>. The caller holds <see cref="Gate"/>.</summary>
    /// <returns>By how many bytes the record grew or shrank.</returns>
    internal long Append(JournalEntry entry, ReadOnlySpan<byte> bytes, JournalOptions budget)
    {
        var before = opening.Size + recent.Size;
        LastNumber = entry.Number;
        if (MustWait(entry))
        {
            EvictedThrough = entry.Number;
            EvictedBytes += entry.Length;
            return 0;
        }

        var log = openingIsOver ? recent : opening;
        log.Append(entry with { Position = log.Append(bytes) });
        if (!openingIsOver && opening.Size > budget.OpeningBytes) openingIsOver = true;
        // An eighth at a time: looking for where a message begins in both directions is not for every chunk.
        if (recent.Size > budget.ConnectionBytes) Evict(budget.ConnectionBytes / 8 * 7);
        return opening.Size + recent.Size - before;
    }

    /// <summary>What comes now is not part of the opening any more. The caller holds <see cref="Gate"/>.</summary>
    /// <returns>By how many bytes the record grew or shrank.</returns>
    internal long EndOpening()
    {
        if (openingIsOver) return 0;
        var before = opening.Size;
        openingIsOver = true;
        opening.Pack();
        return opening.Size - before;
    }

    /// <summary>Nothing comes any more: keeps exactly what there is. The caller holds <see cref="Gate"/>.</summary>
    /// <returns>By how many bytes the record grew or shrank.</returns>
    internal long Pack()
    {
        var before = opening.Size + recent.Size;
        opening.Pack();
        recent.Pack();
        return opening.Size + recent.Size - before;
    }

    /// <summary>Evicts recent entries until at most <paramref name="size"/> bytes are used, and on to where a message begins in each direction.</summary>
    internal long Evict(long size)
    {
        var before = recent.Size;
        while (recent.Count > 0 && (recent.Size > size || !CanBeginAt(0))) DropFirst();
        if (recent.Count == 0) receivedMustBegin = sentMustBegin = true;
        return recent.Size - before;
    }

    /// <summary>Behind an eviction of everything, a direction goes on where a message begins.</summary>
    private bool MustWait(in JournalEntry entry)
    {
        if (!(receivedMustBegin || sentMustBegin) || entry.Kind is not (EntryKind.Chunk or EntryKind.Skipped) || entry.Tap != TapPoint.Plain) return false;
        var received = entry.Direction == Direction.Received;
        if (!(received ? receivedMustBegin : sentMustBegin)) return false;
        if (!entry.BeginsMessage) return true;
        if (received) receivedMustBegin = false;
        else sentMustBegin = false;
        return false;
    }

    /// <summary>Evicts until the record, its opening included, uses at most <paramref name="size"/> bytes, as far as that can be. The caller holds <see cref="Gate"/>.</summary>
    internal long EvictTo(long size) => Evict(Math.Max(0, size - opening.Size));

    /// <summary>Gives all memory back; the record is forgotten.</summary>
    internal long Clear()
    {
        lock (Gate)
        {
            var size = opening.Size + recent.Size;
            EvictedThrough = LastNumber;
            opening.Clear();
            recent.Clear();
            return size;
        }
    }

    /// <summary>The first entry with a number above <paramref name="number"/>; its bytes are copied to <paramref name="bytes"/>, which grows to fit.</summary>
    internal bool TryReadAfter(long number, out JournalEntry entry, ref byte[] bytes)
    {
        lock (Gate)
        {
            var log = opening;
            var index = opening.IndexAfter(number);
            if (index == opening.Count)
            {
                log = recent;
                index = recent.IndexAfter(number);
            }

            if (index == log.Count)
            {
                entry = default;
                return false;
            }

            entry = log[index];
            if (entry.Kind != EntryKind.Chunk) return true;
            if (bytes.Length < entry.Length) bytes = new byte[Math.Max(4096, entry.Length)];
            log.Read(entry, bytes);
            return true;
        }
    }

    /// <summary>The recorded bytes of a range, secrets masked; null when any of them was evicted or never stored.</summary>
    /// <param name="tap">The tap whose stream the range counts.</param>
    /// <param name="direction">Received or sent.</param>
    /// <param name="range">The range; at most <see cref="LongestRange"/> bytes.</param>
    public byte[]? ReadBytes(TapPoint tap, Direction direction, ByteRange range)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(range.Length, LongestRange);
        var bytes = new byte[range.Length];
        var filled = 0L;
        var chunk = Array.Empty<byte>();
        lock (Gate)
        {
            foreach (var log in (ReadOnlySpan<EntryLog>)[opening, recent])
            {
                for (var i = 0; i < log.Count; i++)
                {
                    ref readonly var entry = ref log[i];
                    var start = Math.Max(range.Start, entry.Offset);
                    var end = Math.Min(range.End, entry.Offset + entry.Length);
                    if (entry.Kind != EntryKind.Chunk || entry.Tap != tap || entry.Direction != direction || start >= end) continue;
                    if (chunk.Length < entry.Length) chunk = new byte[entry.Length];
                    log.Read(entry, chunk);
                    chunk.AsSpan((int)(start - entry.Offset), (int)(end - start)).CopyTo(bytes.AsSpan((int)(start - range.Start)));
                    filled += end - start;
                }
            }
        }

        return filled == range.Length ? bytes : null;
    }

    /// <summary>The offsets of the first chunk of each direction of the plain tap at or behind <paramref name="number"/>.</summary>
    internal (long Received, long Sent) PlainOffsetsFrom(long number, (long Received, long Sent) fallback)
    {
        lock (Gate)
        {
            var (received, sent) = (-1L, -1L);
            for (var i = recent.IndexAfter(number - 1); i < recent.Count && (received < 0 || sent < 0); i++)
            {
                ref readonly var entry = ref recent[i];
                if (entry.Kind is not (EntryKind.Chunk or EntryKind.Skipped) || entry.Tap != TapPoint.Plain) continue;
                if (entry.Direction == Direction.Received && received < 0) received = entry.Offset;
                if (entry.Direction == Direction.Sent && sent < 0) sent = entry.Offset;
            }

            return (received < 0 ? fallback.Received : received, sent < 0 ? fallback.Sent : sent);
        }
    }

    /// <summary>The number of the entry where decoding can begin so that at most about <paramref name="bytes"/> of recent bytes are decoded; 0: from the start.</summary>
    internal long TailStart(long bytes)
    {
        lock (Gate)
        {
            var seen = 0L;
            var start = 0L;
            for (var i = recent.Count - 1; i >= 0; i--)
            {
                seen += recent[i].Length;
                if (seen > bytes && start > 0) break;
                if (CanBeginAt(i)) start = recent[i].Number;
            }

            return seen > bytes || EvictedThrough > 0 ? start : 0;
        }
    }

    private bool CanBeginAt(int index)
    {
        var (received, sent) = (false, false);
        for (var i = index; i < recent.Count && !(received && sent); i++)
        {
            ref readonly var entry = ref recent[i];
            if (entry.Kind is not (EntryKind.Chunk or EntryKind.Skipped) || entry.Tap != TapPoint.Plain) continue;
            var seen = entry.Direction == Direction.Received ? received : sent;
            if (seen) continue;
            if (!entry.BeginsMessage) return false;
            if (entry.Direction == Direction.Received) received = true;
            else sent = true;
        }

        return true;
    }

    private void DropFirst()
    {
        EvictedThrough = recent[0].Number;
        EvictedBytes += recent[0].Length;
        recent.DropFirst();
    }
}
