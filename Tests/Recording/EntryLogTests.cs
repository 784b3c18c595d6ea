using CsCheck;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Tests.Recording;

/// <summary>The log beside a plain list of what was put in: whatever is appended and dropped, both hold the same.</summary>
public sealed class EntryLogTests
{
    private static readonly Gen<long> anyLong = Gen.OneOf(Gen.Long[0, 200], Gen.Long[0, long.MaxValue / 2]);

    private static readonly Gen<(JournalEntry Entry, byte[] Bytes)> anyEntry =
        from step in Gen.Long[1, 1_000]
        from ticks in Gen.OneOf(Gen.Long[-1_000, 100_000_000], Gen.Long)
        from kind in Gen.Enum<EntryKind>()
        from tap in Gen.Enum<TapPoint>()
        from received in Gen.Bool
        from begins in Gen.Bool
        from offset in Gen.OneOf(Gen.Const(-1L), anyLong)
        from bytes in Gen.OneOf(Gen.Byte.Array[0, 40], Gen.Byte.Array[0, 40], Gen.Byte.Array[0, 20_000])
        from isShared in Gen.Bool
        select (
            new JournalEntry
            {
                Number = step,
                Ticks = ticks,
                Kind = kind,
                Tap = tap,
                Direction = kind is EntryKind.Fact or EntryKind.Known ? Direction.Local : received ? Direction.Received : Direction.Sent,
                Offset = offset,
                Length = bytes.Length,
                BeginsMessage = begins,
                Fact = kind switch { EntryKind.Fact => new TcpHalfClosed(begins), EntryKind.Known => new KnownBefore(new ConnectionFacts { Upgraded = begins }), _ => null },
                Shared = isShared && kind == EntryKind.Chunk ? bytes : null,
            },
            kind == EntryKind.Chunk ? bytes : []);

    [Fact]
    public void What_was_appended_is_read_in_order_whatever_is_dropped_meanwhile() =>
        Gen.Select(anyEntry, Gen.Int[0, 5], Gen.Int[0, 3]).Array[0, 60].Sample(
            steps =>
            {
                var log = new EntryLog();
                var model = new Model();
                var reading = default(EntryCursor);
                var readThrough = 0L;
                foreach (var ((entry, bytes), drops, reads) in steps)
                {
                    // By the short way or the long one, as a connection's log does, or always by the long one.
                    var added = model.Add(entry, bytes);
                    if (reads == 3 || log.Back?.TryAppend(added, bytes) != true) log.Append(added, bytes);
                    model.Held.Count(held => held.Entry.GoesOn).Should().Be(log.GoesOn.Received + log.GoesOn.Sent);
                    for (var i = 0; i < drops / 4 && model.Held.Count > 0; i++) Same(log.DropFirst(), model.DropFirst().Entry);
                    if (drops == 2 && log.Size > 4 * 1024) model.DropThrough(log.DropTo(log.Size / 2));
                    for (var i = 0; i < reads; i++)
                    {
                        // A reader at its own pace, which finds its place again when that was dropped.
                        if (!log.Holds(reading)) reading = log.After(readThrough);
                        var expected = model.Held.FirstOrDefault(held => held.Entry.Number > readThrough);
                        var found = reading.TryNext(out var next);
                        found.Should().Be(expected.Entry.Number > 0);
                        if (!found) break;
                        Same(next, expected.Entry);
                        SameBytes(ref reading, next, expected.Bytes);
                        readThrough = next.Number;
                    }
                }

                Same(log, model);
                log.Pack();
                Same(log, model);
                log.Clear();
                log.Size.Should().Be(0);
                log.IsEmpty.Should().BeTrue();
            },
            iter: 300);

    [Fact]
    public void A_packed_log_is_the_same_when_unpacked_with_whatever_was_packed_before() =>
        anyEntry.Array[0, 40].Array[1, 6].Sample(
            logs =>
            {
                var packer = new EntryPacker();
                var packed = new List<(PackedEntries Packed, Model Model)>();
                foreach (var entries in logs)
                {
                    var log = new EntryLog();
                    var model = new Model();
                    foreach (var (entry, bytes) in entries) log.Append(model.Add(entry, bytes), bytes);
                    packed.Add((packer.Pack(log, 0), model));
                }

                foreach (var (entries, model) in packed.Concat(packed.AsEnumerable().Reverse())) Same(packer.Unpack(entries), model);
            },
            iter: 100);

    [Fact]
    public void Openings_that_are_alike_are_packed_into_little_whoever_came_between()
    {
        var packer = new EntryPacker();
        for (var i = 0; i < 200; i++)
        {
            var size = Packed(packer, $"GET /chat HTTP/1.1\r\nHost: chat.example\r\nX-Kind: {new string((char)('a' + (i % 3)), 60)}\r\nUser-Agent: a client of some kind, number {i % 3}\r\nSec-WebSocket-Key: {Guid.NewGuid()}\r\nX: {string.Join(' ', Enumerable.Range(i % 3, 40))}\r\n\r\n");
            if (i > 10) size.Should().BeLessThan(100);
        }

        // Nothing is lost where each is unlike all others, and no more dictionaries are made than are allowed.
        var random = new Random(1);
        var dictionaries = new HashSet<byte[]>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < 640; i++)
        {
            var bytes = new byte[600];
            random.NextBytes(bytes);
            dictionaries.Add(Pack(packer, bytes).Dictionary);
        }

        dictionaries.Should().HaveCountLessThan(14);
        dictionaries.Should().OnlyContain(dictionary => dictionary.Length <= 8 * 1024);
    }

    private static int Packed(EntryPacker packer, string head) => Pack(packer, System.Text.Encoding.ASCII.GetBytes(head)).Bytes.Length;

    private static PackedEntries Pack(EntryPacker packer, byte[] bytes)
    {
        var log = new EntryLog();
        log.Append(new JournalEntry { Number = 1, Ticks = 1, Kind = EntryKind.Chunk, Tap = TapPoint.Plain, Direction = Direction.Received, Length = bytes.Length }, bytes);
        return packer.Pack(log, 1);
    }

    private static void Same(EntryLog log, Model model)
    {
        var cursor = log.Begin();
        foreach (var (entry, bytes) in model.Held)
        {
            cursor.TryNext(out var next).Should().BeTrue();
            Same(next, entry);
            SameBytes(ref cursor, next, bytes);
        }

        cursor.TryNext(out _).Should().BeFalse();
        log.IsEmpty.Should().Be(model.Held.Count == 0);
        foreach (var (entry, _) in model.Held)
        {
            var after = log.After(entry.Number - 1);
            after.TryNext(out var next).Should().BeTrue();
            Same(next, entry);
        }
    }

    private static void SameBytes(ref EntryCursor cursor, in JournalEntry entry, byte[] bytes)
    {
        if (entry.Kind != EntryKind.Chunk) return;
        var copied = new byte[entry.Length];
        cursor.CopyBytes(copied);
        copied.AsSpan().SequenceEqual(bytes).Should().BeTrue();
    }

    private static void Same(in JournalEntry entry, in JournalEntry expected) =>
        (entry.Number, entry.Ticks, entry.Kind, entry.Tap, entry.Direction, entry.Offset, entry.Length, entry.BeginsMessage, entry.Fact)
            .Should().Be((expected.Number, expected.Ticks, expected.Kind, expected.Tap, expected.Direction, expected.Offset, expected.Length, expected.BeginsMessage, expected.Fact));

    /// <summary>Numbers rise, and offsets mostly go on where the last ones of that direction ended; what has no bytes has no offset.</summary>
    private sealed class Model
    {
        private readonly Dictionary<(TapPoint, Direction), long> ends = [];
        private long number;

        public List<(JournalEntry Entry, byte[] Bytes)> Held { get; } = [];

        public JournalEntry Add(JournalEntry entry, byte[] bytes)
        {
            number += entry.Number;
            var lane = (entry.Tap, entry.Direction);
            var counts = entry.Kind is EntryKind.Chunk or EntryKind.Skipped;
            entry = entry with
            {
                Number = number,
                Offset = !counts ? 0 : entry.Offset < 0 ? ends.GetValueOrDefault(lane) : entry.Offset,
                Length = counts ? entry.Length : 0,
            };
            if (counts) ends[lane] = entry.Offset + entry.Length;
            Held.Add((entry, bytes));
            return entry;
        }

        public void DropThrough((long Number, long Bytes) dropped)
        {
            Held.Where(held => held.Entry.Number <= dropped.Number).Sum(held => (long)held.Entry.Length).Should().Be(dropped.Bytes);
            Held.RemoveAll(held => held.Entry.Number <= dropped.Number);
        }

        public (JournalEntry Entry, byte[] Bytes) DropFirst()
        {
            var first = Held[0];
            Held.RemoveAt(0);
            return first;
        }
    }
}
