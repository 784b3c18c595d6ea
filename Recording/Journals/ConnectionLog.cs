using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Recording.Journals;

/// <summary>
/// The entries of one connection: its opening, which is packed when it is over and evicted with the connection alone, and what came since. Written by its
/// <see cref="ConnectionRecorder"/>, which holds the lock on its gate; read by anybody, on any thread.
/// </summary>
internal sealed class ConnectionLog(EntryPacker packer, LogGate gate)
{
    private EntryLog? opening = new();
    private PackedEntries? packed;
    private EntryLog? recent;

    /// <summary>The end of <see cref="recent"/>, for what only appends there.</summary>
    private LogSegment? tail;
    private ReadPlace? lastRead;
    private bool receivedMustBegin;
    private bool sentMustBegin;

    /// <summary>The number of the last entry that was not kept, behind which none was yet; 0: there is none.</summary>
    private long notKept;

    /// <summary>Its lock, and what waits in front of it.</summary>
    public LogGate Gate => gate;

    /// <summary>Entries behind the opening were evicted up to and with this number; 0: none. All of them stood in front of what is there; what was never kept is told by an entry of its own.</summary>
    public long EvictedThrough { get; private set; }

    /// <summary>How many bytes were evicted.</summary>
    public long EvictedBytes { get; private set; }

    /// <summary>The last number in the log.</summary>
    public long LastNumber { get; private set; }

    /// <summary>The last number in the log, what waits in front of it too.</summary>
    public long ReadLastNumber()
    {
        lock (gate)
        {
            gate.Settle();
            return LastNumber;
        }
    }

    /// <summary>Memory in use, in bytes. The caller holds the lock.</summary>
    public long Size => OpeningSize + (recent?.Size ?? 0);

    /// <summary>Memory in use for the opening, in bytes. The caller holds the lock.</summary>
    public long OpeningSize => opening?.Size ?? packed?.Size ?? 0;

    /// <summary>Appends, and evicts what is over <paramref name="budget"/>. The caller holds the lock.</summary>
    /// <returns>By how many bytes the log grew or shrank.</returns>
    public long Append(in JournalEntry entry, ReadOnlySpan<byte> bytes, JournalOptions budget)
    {
        gate.Settle();
        LastNumber = entry.Number;
        if (opening is not null) return AppendToOpening(entry, bytes, budget);
        if (MustWait(entry))
        {
            notKept = entry.Number;
            EvictedBytes += entry.Length;
            return 0;
        }

        if (notKept > 0) return AppendBehindLoss(entry, bytes, budget);
        // Every message comes by here: only what it needs is touched.
        if (tail is { } end && end.TryAppend(entry, bytes)) return 0;
        return AppendToRecent(entry, bytes, budget);
    }

    /// <summary>Appends messages that waited, as <see cref="Append(in JournalEntry, ReadOnlySpan{byte}, JournalOptions)"/> does. The caller holds the lock.</summary>
    /// <param name="direction">Of all of them.</param>
    /// <param name="offset">Of the first one in the plain tap's stream.</param>
    /// <param name="waiting">They follow each other.</param>
    /// <param name="budget">What is over it is evicted.</param>
    /// <returns>By how many bytes the log grew or shrank.</returns>
    public long Append(Direction direction, long offset, ReadOnlySpan<PendingMessage> waiting, JournalOptions budget)
    {
        var growth = 0L;
        while (!waiting.IsEmpty)
        {
            var isPlain = opening is null && notKept == 0 && !(receivedMustBegin || sentMustBegin);
            var (count, length) = isPlain && tail is { } end ? end.Append(direction, offset, waiting) : default;
            if (count == 0)
            {
                var message = waiting[0].Message!;
                (count, length) = (1, message.Length);
                growth += Append(
                    new JournalEntry
                    {
                        Number = waiting[0].Number,
                        Ticks = waiting[0].Ticks,
                        Kind = EntryKind.Chunk,
                        Tap = TapPoint.Plain,
                        Direction = direction,
                        Offset = offset,
                        Length = length,
                        BeginsMessage = true,
                        Shared = message,
                    },
                    message,
                    budget);
            }

            LastNumber = waiting[count - 1].Number;
            offset += length;
            waiting = waiting[count..];
        }

        return growth;
    }

    private long AppendToRecent(in JournalEntry entry, ReadOnlySpan<byte> bytes, JournalOptions budget)
    {
        recent ??= new EntryLog();
        var before = recent.Size;
        recent.Append(entry, bytes);
        // One segment goes for each that came: its memory is the next one's.
        if (recent.Size > budget.ConnectionBytes) Evict(budget.ConnectionBytes);
        tail = recent.Back;
        return recent.Size - before;
    }

    private long AppendBehindLoss(in JournalEntry entry, ReadOnlySpan<byte> bytes, JournalOptions budget)
    {
        var number = notKept;
        notKept = 0;
        return AppendToRecent(new JournalEntry { Number = number, Ticks = entry.Ticks, Kind = EntryKind.Lost, Direction = Direction.Local }, [], budget) + AppendToRecent(entry, bytes, budget);
    }

    /// <summary>What comes now is not part of the opening any more. The caller holds the lock.</summary>
    /// <returns>By how many bytes the log grew or shrank.</returns>
    public long EndOpening()
    {
        var before = Size;
        PackOpening();
        return Size - before;
    }

    /// <summary>
    /// Leaves the HTTP exchanges out that came before an upgrade on the same connection: of what stands in front of its answer, only the opening of TCP and TLS and its request stay.
    /// The caller holds the lock.
    /// </summary>
    /// <param name="request">The entries of the request's head, and their direction.</param>
    /// <param name="answer">The first entry of the answer's head.</param>
    /// <returns>By how many bytes the log grew or shrank, and how many bytes of the connection were left out.</returns>
    public (long Growth, long Omitted) OmitExchanges((long First, long Last, Direction Direction) request, long answer)
    {
        gate.Settle();
        var before = Size;
        var omitted = 0L;
        if (opening is not null) Replace(ref opening);
        if (packed is not null)
        {
            EntryLog? unpacked = packer.Unpack(packed);
            Replace(ref unpacked);
            packed = packer.Pack(unpacked, packed.LastNumber);
            unpacked.Clear();
        }

        if (recent is not null) Replace(ref recent);
        tail = recent?.Back;
        lastRead = null;
        return (Size - before, omitted);

        bool Stays(in JournalEntry entry) =>
            entry.Number >= answer || (entry.Number >= request.First && entry.Number <= request.Last && entry.Direction == request.Direction) || IsOpeningOfConnection(entry);

        void Replace([System.Diagnostics.CodeAnalysis.NotNull] ref EntryLog? log)
        {
            var all = log!;
            log = new EntryLog();
            var bytes = Array.Empty<byte>();
            for (var cursor = all.Begin(); cursor.TryNext(out var entry);)
            {
                if (bytes.Length < entry.Length) bytes = new byte[entry.Length];
                if (entry.Kind == EntryKind.Chunk) cursor.CopyBytes(bytes);
                if (Stays(entry))
                {
                    log.Append(entry, entry.Kind == EntryKind.Chunk ? bytes.AsSpan(0, entry.Length) : default);
                }
                else if (entry.IsPlainRun)
                {
                    log.Append(entry with { Kind = EntryKind.Skipped, BeginsMessage = true });
                    omitted += entry.Length;
                }
            }

            all.Clear();
        }
    }

    /// <summary>Nothing comes any more: keeps exactly what there is. The caller holds the lock.</summary>
    /// <returns>By how many bytes the log grew or shrank.</returns>
    public long Pack()
    {
        gate.Settle();
        gate.Shut();
        var before = Size;
        PackOpening();
        tail = null;
        recent?.Pack();
        return Size - before;
    }

    /// <summary>Evicts until the log, its opening included, uses at most <paramref name="size"/> bytes, as far as that can be. The caller holds the lock.</summary>
    /// <returns>By how many bytes it shrank, below 0.</returns>
    public long EvictTo(long size)
    {
        gate.Settle();
        return Evict(Math.Max(0, size - OpeningSize));
    }

    /// <summary>Evicts the opening, too: what is left begins where a message does. The caller holds the lock.</summary>
    /// <returns>By how many bytes it shrank, below 0.</returns>
    public long EvictOpening()
    {
        gate.Settle();
        var before = Size;
        PackOpening();
        if (packed is null) return Size - before;
        for (var cursor = packer.Unpack(packed).Begin(); cursor.TryNext(out var entry);) EvictedBytes += entry.Length;
        EvictedThrough = Math.Max(EvictedThrough, packed.LastNumber);
        packed = null;
        lastRead = null;
        if (recent is null || recent.IsEmpty) receivedMustBegin = sentMustBegin = true;
        else Evict(recent.Size);
        return Size - before;
    }

    /// <summary>Gives all memory back; the connection is forgotten.</summary>
    public long Clear()
    {
        lock (gate)
        {
            gate.Shut();
            var size = Size;
            EvictedThrough = LastNumber;
            opening?.Clear();
            recent?.Clear();
            packed = null;
            tail = null;
            lastRead = null;
            return size;
        }
    }

    /// <summary>The first entry with a number above <paramref name="number"/>; its bytes are copied to <paramref name="bytes"/>, which grows to fit.</summary>
    public bool TryReadAfter(long number, out JournalEntry entry, ref byte[] bytes) => TryReadAfter(number, out entry, ref bytes, out _);

    /// <summary>The first entry with a number above <paramref name="number"/>; its bytes are copied to <paramref name="bytes"/>, which grows to fit.</summary>
    /// <param name="number">Read up to here.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="evicted">The last entry that was evicted between the two; null: none was.</param>
    public bool TryReadAfter(long number, out JournalEntry entry, ref byte[] bytes, out long? evicted)
    {
        lock (gate)
        {
            evicted = null;
            gate.Settle();
            entry = default;
            var place = lastRead is { } last && last.Number == number && last.Log.Holds(last.Cursor) ? last : Find(number);
            lastRead = null;
            if (place is null) return false;
            while (!place.Cursor.TryNext(out entry) || entry.Kind == EntryKind.Known)
            {
                if (entry.Kind == EntryKind.Known) continue;
                if (place.Log == recent || place.Log == opening)
                {
                    lastRead = place;
                    return false;
                }

                // Behind the opening, which was unpacked for this alone.
                if (recent is null) return false;
                place = new ReadPlace(recent, recent.Begin()) { Number = number };
            }

            place.Number = entry.Number;
            lastRead = place;
            if (number < EvictedThrough && EvictedThrough < entry.Number) evicted = EvictedThrough;
            if (entry.Kind != EntryKind.Chunk) return true;
            if (bytes.Length < entry.Length) bytes = new byte[Math.Max(4096, entry.Length)];
            place.Cursor.CopyBytes(bytes);
            return true;
        }
    }

    /// <summary>The recorded bytes of a range; null when any of them was evicted or never stored.</summary>
    public byte[]? ReadBytes(TapPoint tap, Direction direction, ByteRange range)
    {
        var bytes = new byte[range.Length];
        var filled = 0L;
        var chunk = Array.Empty<byte>();
        lock (gate)
        {
            gate.Settle();
            foreach (var log in (ReadOnlySpan<EntryLog?>)[opening ?? Unpacked(), recent])
            {
                if (log is null) continue;
                for (var cursor = log.Begin(); cursor.TryNext(out var entry);)
                {
                    var start = Math.Max(range.Start, entry.Offset);
                    var end = Math.Min(range.End, entry.Offset + entry.Length);
                    if (entry.Kind != EntryKind.Chunk || entry.Tap != tap || entry.Direction != direction || start >= end) continue;
                    if (chunk.Length < entry.Length) chunk = new byte[entry.Length];
                    cursor.CopyBytes(chunk);
                    chunk.AsSpan((int)(start - entry.Offset), (int)(end - start)).CopyTo(bytes.AsSpan((int)(start - range.Start)));
                    filled += end - start;
                }
            }
        }

        return filled == range.Length ? bytes : null;
    }

    /// <summary>What was known in front of the entry of that number, if that differs from <paramref name="now"/>. The caller holds the lock.</summary>
    public ConnectionFacts KnownAt(long number, ConnectionFacts now)
    {
        if (recent is null) return now;
        for (var cursor = recent.After(number - 1); cursor.TryNext(out var entry);)
            if (entry is { Kind: EntryKind.Known, Fact: KnownBefore known }) return known.Facts;
        return now;
    }

    /// <summary>What is known changed with the last entry. Nothing to be kept where the opening is: no reader begins in it. The caller holds the lock.</summary>
    /// <returns>By how many bytes the log grew or shrank.</returns>
    public long AppendKnown(long ticks, ConnectionFacts before, JournalOptions budget) => opening is not null
        ? 0
        : AppendToRecent(new JournalEntry { Number = LastNumber, Ticks = ticks, Kind = EntryKind.Known, Direction = Direction.Local, Fact = new KnownBefore(before) }, [], budget);

    /// <summary>The offsets of the first chunk of each direction of the plain tap at or behind <paramref name="number"/>.</summary>
    public (long Received, long Sent) PlainOffsetsFrom(long number, (long Received, long Sent) fallback)
    {
        lock (gate)
        {
            gate.Settle();
            var (received, sent) = (-1L, -1L);
            if (recent is not null)
            {
                for (var cursor = recent.After(number - 1); (received < 0 || sent < 0) && cursor.TryNext(out var entry);)
                {
                    if (!entry.IsPlainRun) continue;
                    if (entry.Direction == Direction.Received && received < 0) received = entry.Offset;
                    if (entry.Direction == Direction.Sent && sent < 0) sent = entry.Offset;
                }
            }

            // A direction of which nothing is left goes on at its end so far.
            var ends = recent?.Ends ?? default;
            return (received < 0 ? Math.Max(fallback.Received, ends.Received) : received, sent < 0 ? Math.Max(fallback.Sent, ends.Sent) : sent);
        }
    }

    /// <summary>The number of the entry where decoding can begin so that at most about <paramref name="bytes"/> of recent bytes are decoded; 0: from the start.</summary>
    public long TailStart(long bytes)
    {
        lock (gate)
        {
            gate.Settle();
            if (recent is null || recent.IsEmpty) return 0;
            var tail = recent.Tail(bytes);
            var begin = recent.Begin();
            if (tail.IsAt(begin) && EvictedThrough == 0 && LengthFrom(begin) <= bytes) return 0;
            // Where that far back no message begins in both directions, it may do so further back.
            return TailStart(tail, bytes) is var start and > 0 ? start : TailStart(begin, bytes);
        }
    }

    /// <summary>The first place to begin at with at most that many bytes behind it, or else the last of all; 0: there is none.</summary>
    private long TailStart(EntryCursor from, long bytes)
    {
        var left = LengthFrom(from);
        var start = 0L;
        for (var (here, next) = (from, from); next.TryNext(out var entry); here = next)
        {
            if (entry.Kind != EntryKind.Known && CanBeginAt(here, recent!.GoesOn))
            {
                start = entry.Number;
                if (left <= bytes) break;
            }

            left -= entry.Length;
        }

        return start;
    }

    private static long LengthFrom(EntryCursor cursor)
    {
        var length = 0L;
        while (cursor.TryNext(out var entry)) length += entry.Length;
        return length;
    }

    /// <summary>In both directions the next byte begins a message. Nothing is read for a direction in which every run does, as in nearly all connections.</summary>
    private static bool CanBeginAt(EntryCursor cursor, (int Received, int Sent) goesOn)
    {
        var (received, sent) = (goesOn.Received == 0, goesOn.Sent == 0);
        while (!(received && sent) && cursor.TryNext(out var entry))
        {
            if (!entry.IsPlainRun) continue;
            var seen = entry.Direction == Direction.Received ? received : sent;
            if (seen) continue;
            if (!entry.BeginsMessage) return false;
            if (entry.Direction == Direction.Received) received = true;
            else sent = true;
        }

        return true;
    }

    private static bool IsOpeningOfConnection(in JournalEntry entry) =>
        entry.Kind == EntryKind.Fact ? entry.Fact!.Layer is Layer.Tcp or Layer.Tls : !entry.IsPlainRun && entry.Kind != EntryKind.Known;

    private long AppendToOpening(in JournalEntry entry, ReadOnlySpan<byte> bytes, JournalOptions budget)
    {
        var before = OpeningSize;
        opening!.Append(entry, bytes);
        if (opening.Size > budget.OpeningBytes) PackOpening();
        return OpeningSize - before;
    }

    private void PackOpening()
    {
        if (opening is null) return;
        packed = packer.Pack(opening, LastNumber);
        opening.Clear();
        opening = null;
    }

    /// <summary>Evicts recent entries until at most <paramref name="size"/> bytes are used, and on to where a message begins in each direction.</summary>
    private long Evict(long size)
    {
        if (recent is null || recent.IsEmpty) return 0;
        var before = recent.Size;
        if (recent.Size > size)
        {
            (EvictedThrough, var bytes) = recent.DropTo(size);
            EvictedBytes += bytes;
        }

        while (!recent.IsEmpty && !CanBeginAt(recent.Begin(), recent.GoesOn))
        {
            var dropped = recent.DropFirst();
            EvictedThrough = dropped.Number;
            EvictedBytes += dropped.Length;
        }

        tail = recent.Back;
        if (recent.IsEmpty) receivedMustBegin = sentMustBegin = true;
        return recent.Size - before;
    }

    /// <summary>Behind an eviction of everything, a direction goes on where a message begins.</summary>
    private bool MustWait(in JournalEntry entry)
    {
        if (!(receivedMustBegin || sentMustBegin) || !entry.IsPlainRun) return false;
        var received = entry.Direction == Direction.Received;
        if (!(received ? receivedMustBegin : sentMustBegin)) return false;
        if (!entry.BeginsMessage) return true;
        if (received) receivedMustBegin = false;
        else sentMustBegin = false;
        return false;
    }

    private EntryLog? Unpacked() => packed is null ? null : packer.Unpack(packed);

    private ReadPlace? Find(long number)
    {
        var log = opening ?? (number < packed?.LastNumber ? Unpacked() : recent);
        return log is null ? null : new ReadPlace(log, log.After(number)) { Number = number };
    }

    /// <summary>Where somebody has read to: who reads on need not look for it. One place is enough for one reader at a time; more of them look again, and find the same.</summary>
    private sealed class ReadPlace(EntryLog log, EntryCursor cursor)
    {
        public EntryCursor Cursor = cursor;

        public EntryLog Log { get; } = log;

        /// <summary>What was read up to here.</summary>
        public required long Number { get; set; }
    }
}
