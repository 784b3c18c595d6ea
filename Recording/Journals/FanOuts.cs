using System.Runtime.InteropServices;

namespace RealtimeHello.Recording.Journals;

/// <summary>
/// Finds out which messages go to many: what a hub sends to a room is the same frame for each member. From its eighth time on, each log keeps where the bytes are and not the bytes: of 200 members
/// that read the same, two hundred copies would push everything else out of the processor's caches. Thread-safe, and without a lock: threads that meet share a little later.
/// </summary>
internal sealed class FanOuts
{
    /// <summary>What is shorter takes no more room than what says where it is.</summary>
    public const int Shortest = 48;

    /// <summary>Of what is sent to few, nothing is made: a message that was seen as often was allocated once.</summary>
    public const int TimesUntilShared = 8;

    /// <summary>As many rooms can send at a time.</summary>
    private const int Places = 16;

    private readonly Seen[] seen = [.. Enumerable.Range(0, Places).Select(_ => new Seen())];
    private SharedChunk? latest;

    /// <summary>The shared bytes equal to these; null: they are to be kept with their connection.</summary>
    public SharedChunk? Find(ReadOnlySpan<byte> message)
    {
        if (message.Length < Shortest) return null;
        if (Volatile.Read(ref latest) is { } last && message.SequenceEqual(last.Bytes)) return last;
        var print = PrintOf(message);
        var place = seen[print % Places];
        if (place.Print != print)
        {
            place.Begin(print);
            return null;
        }

        if (Volatile.Read(ref place.Shared) is { } shared) return message.SequenceEqual(shared.Bytes) ? latest = shared : null;
        if (++place.Times < TimesUntilShared) return null;
        shared = new SharedChunk(message.ToArray());
        Volatile.Write(ref place.Shared, shared);
        return latest = shared;
    }

    /// <summary>Of the length and six places alone: who writes messages that look alike by them is not shared, and no worse off.</summary>
    private static ulong PrintOf(ReadOnlySpan<byte> message)
    {
        var step = (message.Length - sizeof(ulong)) / 5;
        var print = (ulong)message.Length;
        for (var i = 0; i <= 5; i++) print = (print ^ MemoryMarshal.Read<ulong>(message[(i * step)..])) * 0x9E3779B97F4A7C15;
        return print ^ (print >> 32);
    }

    private sealed class Seen
    {
        public ulong Print;
        public int Times;
        public SharedChunk? Shared;

        public void Begin(ulong print)
        {
            Shared = null;
            Times = 1;
            Print = print;
        }
    }
}
