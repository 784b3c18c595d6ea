using System.Numerics;
using System.Runtime.InteropServices;
using RealtimeHello.Layers.WebSockets;

namespace RealtimeHello.Recording.Journals;

/// <summary>
/// Finds out which messages go to many: what a hub sends to a room is the same frame for each member. From its fourth time on, each log keeps where the bytes are and not the bytes: of 200 members
/// that read the same, two hundred copies would push everything else out of the processor's caches. Thread-safe, and without a lock: threads that meet share a little later.
/// </summary>
internal sealed class FanOuts
{
    /// <summary>What is shorter takes no more room than what says where it is.</summary>
    public const int Shortest = 48;

    /// <summary>Of what is sent to few, nothing is made: a message that was seen as often was allocated once.</summary>
    public const int TimesUntilShared = 4;

    /// <summary>Bytes kept of a connection, at least: its log is charged with 8 KB of what it shares at once, and would keep none of it within less than a few times as much.</summary>
    public const int LeastBudget = 32 * 1024;

    /// <summary>Some megabytes of pinned memory bring about a full collection: that is for thousands of messages, and not for a hundred.</summary>
    private const int LongestPinned = 1024;

    /// <summary>About as many rooms can send at a time; a power of two.</summary>
    private const int Pairs = 8;

    private readonly Pair[] seen = [.. Enumerable.Range(0, Pairs).Select(_ => new Pair())];
    private SharedMessage? latest;

    /// <summary>The message that goes to many just now, if it is this one.</summary>
    public SharedMessage? FindLatest(ReadOnlySpan<byte> message) => Volatile.Read(ref latest) is { } last && message.SequenceEqual(last.Bytes) ? last : null;

    /// <summary>The shared bytes equal to these; null: they are to be kept with their connection.</summary>
    /// <param name="message">One whole message in one frame.</param>
    public byte[]? Find(ReadOnlySpan<byte> message)
    {
        if (message.Length < Shortest) return null;
        var print = PrintOf(message);
        // Two places for each, so that two rooms that send in turns don't take it from each other.
        var pair = seen[print % Pairs];
        var place = pair.One.Print == print ? pair.One : pair.Other.Print == print ? pair.Other : null;
        if (place is null)
        {
            pair.Next().Begin(print);
            return null;
        }

        if (Volatile.Read(ref place.Shared) is { } shared) return message.SequenceEqual(shared.Bytes) ? (latest = shared).Bytes : null;
        if (++place.Times < TimesUntilShared) return null;
        // Among the pinned objects, which count as old: a young one that the logs of two hundred connections pointed to would have every collection look through all of them for it.
        if (WholeMessage.Of(message) is not { } whole) return null;
        var bytes = GC.AllocateUninitializedArray<byte>(message.Length, pinned: message.Length <= LongestPinned);
        message.CopyTo(bytes);
        shared = new SharedMessage(bytes, whole);
        Volatile.Write(ref place.Shared, shared);
        return (latest = shared).Bytes;
    }

    /// <summary>Tells messages apart fast. Whoever makes two alike on purpose has them kept with their connections, as what is sent to few is.</summary>
    private static uint PrintOf(ReadOnlySpan<byte> message)
    {
        var print = (uint)message.Length;
        var words = MemoryMarshal.Cast<byte, ulong>(message);
        foreach (var word in words) print = BitOperations.Crc32C(print, word);
        foreach (var rest in message[(words.Length * sizeof(ulong))..]) print = BitOperations.Crc32C(print, rest);
        return print;
    }

    private sealed class Pair
    {
        private bool isOthersTurn;

        public Seen One { get; } = new();

        public Seen Other { get; } = new();

        /// <summary>The one that is overwritten next.</summary>
        public Seen Next()
        {
            isOthersTurn = !isOthersTurn;
            return isOthersTurn ? One : Other;
        }
    }

    private sealed class Seen
    {
        public uint Print;
        public int Times;
        public SharedMessage? Shared;

        public void Begin(uint print)
        {
            Shared = null;
            Times = 1;
            Print = print;
        }
    }
}

/// <summary>A message that goes to many.</summary>
/// <param name="Bytes">As they stand on the wire. Nobody changes them.</param>
/// <param name="Whole">What was seen of them.</param>
internal sealed record SharedMessage(byte[] Bytes, WholeMessage Whole);
