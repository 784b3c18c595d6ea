using System.IO.Pipelines;
using RealtimeHello.Layers;

namespace RealtimeHello.Recording.Taps;

/// <summary>
/// Reports bytes when they are handed to the transport, and how many of them wait while a flush is not over. A fan-out comes by hundreds of these in turn, and finds each out of the processor's caches: so this is
/// small, and only read where the transport is a <see cref="Pipe"/> and takes what it is given.
/// </summary>
internal sealed class TappedPipeWriter : PipeWriter
{
    private const int AtOnce = 64;

    private static readonly SideBySide<TappedPipeWriter> Writers = new(() => new TappedPipeWriter(), AtOnce);
    private static readonly Type WriterOfPipe = new Pipe().Writer.GetType();

    /// <summary>Set with <see cref="tap"/> before anybody has this writer.</summary>
    private PipeWriter inner = null!;
    private IByteTap tap = null!;
    private IMessageTap? messages;
    private Aside? aside;

    private TappedPipeWriter()
    {
    }

    /// <summary>A writer around another one.</summary>
    public static TappedPipeWriter Around(PipeWriter inner, IByteTap tap)
    {
        var writer = Writers.Take();
        writer.inner = inner;
        writer.tap = tap;
        writer.messages = tap.Messages;
        if (inner.GetType() != WriterOfPipe) writer.aside = new Aside { HoldsMemory = true };
        return writer;
    }

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        var memory = inner.GetMemory(sizeHint);
        if (aside is { HoldsMemory: true } held) held.Memory = memory;
        return memory;
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => aside is { HoldsMemory: true } ? GetMemory(sizeHint).Span : inner.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        if (bytes > 0)
        {
            // A pipe gives the same memory again until it is told how much of it is used.
            Tell(aside is { HoldsMemory: true } held ? held.Use(bytes) : inner.GetSpan()[..bytes]);
        }

        inner.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        var bytes = Unflushed();
        return Watch(inner.FlushAsync(cancellationToken), bytes);
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (!source.IsEmpty) Tell(source.Span);
        var bytes = Unflushed() + source.Length;
        return Watch(inner.WriteAsync(source, cancellationToken), bytes);
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    private void Tell(ReadOnlySpan<byte> bytes)
    {
        if (messages is null || !messages.TryTake(Direction.Sent, bytes)) tap.Bytes(Direction.Sent, bytes);
    }

    /// <summary>Bytes that the next flush hands over.</summary>
    private long Unflushed() => aside is { HoldsMemory: true } held ? held.TakeUnflushed() : inner.UnflushedBytes;

    /// <summary>A flush that completes at once, as nearly all do, costs nothing.</summary>
    private ValueTask<FlushResult> Watch(ValueTask<FlushResult> flushing, long bytes)
    {
        if (!flushing.IsCompleted) return Wait(flushing, bytes);
        if (aside is not null) aside.Backlog = 0;
        return flushing;
    }

    private async ValueTask<FlushResult> Wait(ValueTask<FlushResult> flushing, long bytes)
    {
        var waits = aside ??= new Aside();
        waits.Backlog += bytes;
        tap.Backlog(waits.Backlog);
        var result = await flushing.ConfigureAwait(false);
        if (!result.IsCanceled && !result.IsCompleted)
        {
            waits.Backlog = 0;
            tap.Backlog(0);
        }

        return result;
    }

    /// <summary>What few writers need: those of another transport than a pipe, and those of which a flush had to wait.</summary>
    private sealed class Aside
    {
        private long unflushed;

        /// <summary>The transport may give other memory each time it is asked: what it gave is remembered.</summary>
        public bool HoldsMemory { get; init; }

        public Memory<byte> Memory { get; set; }

        /// <summary>Bytes handed over by flushes of which none is over.</summary>
        public long Backlog { get; set; }

        public ReadOnlySpan<byte> Use(int bytes)
        {
            var used = Memory.Span[..bytes];
            Memory = Memory[bytes..];
            unflushed += bytes;
            return used;
        }

        public long TakeUnflushed()
        {
            var bytes = unflushed;
            unflushed = 0;
            return bytes;
        }
    }
}
