using System.Runtime.CompilerServices;
using RealtimeHello.Layers;

namespace RealtimeHello.Recording.Journals;

/// <summary>The messages that wait at a <see cref="LogGate"/> to be written, and who writes them.</summary>
internal sealed class PendingMessages : IRecording
{
    /// <summary>As many wait. Writing them begins with what is in no cache: what is written, and the code that writes it.</summary>
    public const int Most = 128;

    /// <summary>Memory of their places, in bytes.</summary>
    public const int Size = 32 + (Most * 24);

    private IPendingWriter? writer;
    private Messages messages;

    /// <summary>Who writes them.</summary>
    public IPendingWriter Writer => writer!;

    /// <inheritdoc/>
    public ConnectionRecord Record => Writer.Record;

    /// <summary>They are one connection's from now on.</summary>
    public PendingMessages For(IPendingWriter writer)
    {
        this.writer = writer;
        return this;
    }

    /// <summary>Where one is put. Only to be written to.</summary>
    public ref Pending At(int place) => ref messages[place];

    /// <summary>Writes the first <paramref name="count"/>, and holds none.</summary>
    /// <returns>The journal is over its budget.</returns>
    public bool Write(Direction direction, int count)
    {
        Span<Pending> waiting = messages;
        waiting = waiting[..count];
        var isOver = Writer.Write(direction, waiting);
        waiting.Clear();
        return isOver;
    }

    /// <summary>One could not be taken.</summary>
    public void Fail(Exception exception) => Writer.Fail(exception);

    /// <summary>What waits is lost, also where it is being written.</summary>
    public void Drop() => messages = default;

    /// <summary>One whole message in one frame, its number, and when it came.</summary>
    public struct Pending
    {
        /// <summary>Null: it is lost.</summary>
        public byte[]? Message;
        public long Number;
        public long Ticks;
    }

    [InlineArray(Most)]
    private struct Messages
    {
        private Pending first;
    }
}

/// <summary>Writes messages that waited.</summary>
internal interface IPendingWriter : IRecording
{
    /// <summary>Appends messages that waited. Does not throw.</summary>
    /// <param name="direction">The server's.</param>
    /// <param name="waiting">In the order in which they came.</param>
    /// <returns>The journal is over its budget.</returns>
    bool Write(Direction direction, ReadOnlySpan<PendingMessages.Pending> waiting);

    /// <summary>A message could not be taken: nothing more is recorded. Does not throw. The caller holds the lock.</summary>
    void Fail(Exception exception);
}
