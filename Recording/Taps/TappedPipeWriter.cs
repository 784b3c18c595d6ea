using System.IO.Pipelines;
using RealtimeHello.Layers;

namespace RealtimeHello.Recording.Taps;

/// <summary>Reports bytes when they are handed to the transport, and how many of them wait while a flush is not over.</summary>
internal sealed class TappedPipeWriter : PipeWriter
{
    private const int AtOnce = 64;

    private static readonly SideBySide<TappedPipeWriter> Writers = new(() => new TappedPipeWriter(), AtOnce);

    /// <summary>Set with <see cref="tap"/> before anybody has this writer.</summary>
    private PipeWriter inner = null!;
    private IByteTap tap = null!;
    private IMessageTap? messages;
    private Memory<byte> memory;
    private int used;
    private long written;
    private bool waiting;

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
        return writer;
    }

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        used = 0;
        return memory = inner.GetMemory(sizeHint);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        if (bytes > 0)
        {
            Tell(memory.Span.Slice(used, bytes));
            used += bytes;
            written += bytes;
        }

        inner.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => Watch(inner.FlushAsync(cancellationToken));

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (!source.IsEmpty) Tell(source.Span);
        written += source.Length;
        return Watch(inner.WriteAsync(source, cancellationToken));
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    private void Tell(ReadOnlySpan<byte> bytes)
    {
        if (messages is null || !messages.TryTake(Direction.Sent, bytes)) tap.Bytes(Direction.Sent, bytes);
    }

    /// <summary>A flush that completes at once, as nearly all do, costs nothing.</summary>
    private ValueTask<FlushResult> Watch(ValueTask<FlushResult> flushing)
    {
        if (flushing.IsCompleted)
        {
            written = 0;
            return flushing;
        }

        return Wait(flushing);
    }

    private async ValueTask<FlushResult> Wait(ValueTask<FlushResult> flushing)
    {
        var mine = !waiting;
        waiting = true;
        tap.Backlog(written);
        var result = await flushing.ConfigureAwait(false);
        if (mine) waiting = false;
        if (!result.IsCanceled && !result.IsCompleted)
        {
            written = 0;
            tap.Backlog(0);
        }

        return result;
    }
}
