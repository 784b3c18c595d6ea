using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using RealtimeHello.Layers;

namespace RealtimeHello.Recording.Taps;

/// <summary>
/// Reports bytes when they are handed to the transport, and how many of them wait while a flush is not over. A fan-out comes by hundreds of these in turn, and finds each out of the processor's caches: so this is
/// small.
/// </summary>
internal sealed class TappedPipeWriter : PipeWriter
{
    private const int AtOnce = 64;

    private static readonly SideBySide<TappedPipeWriter> Writers = new(() => new TappedPipeWriter(), AtOnce);

    /// <summary>Beside the writers: of few a flush ever has to wait.</summary>
    private static readonly ConditionalWeakTable<TappedPipeWriter, Waits> Waiting = [];

    /// <summary>Set with <see cref="tap"/> before anybody has this writer.</summary>
    private PipeWriter inner = null!;
    private IByteTap tap = null!;

    /// <summary>What was given to be written to, from where it was not told yet.</summary>
    private Memory<byte> memory;

    /// <summary>Bytes at its beginning that were written and are not told yet.</summary>
    private int untold;

    /// <summary>A flush is not over.</summary>
    private bool isBehind;

    private TappedPipeWriter()
    {
    }

    /// <summary>A writer around another one.</summary>
    public static TappedPipeWriter Around(PipeWriter inner, IByteTap tap)
    {
        var writer = Writers.Take();
        writer.inner = inner;
        writer.tap = tap;
        return writer;
    }

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        TellWhatWasWritten();
        return memory = inner.GetMemory(sizeHint);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Told is it with the flush: between the two, the server looks at what is in no cache, which it would have to wait for by itself if there were a lock to take in front of it.</summary>
    public override void Advance(int bytes)
    {
        // What it does not take is not told.
        inner.Advance(bytes);
        untold = (int)Math.Clamp((long)untold + bytes, 0, memory.Length);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        TellWhatWasWritten();
        var bytes = Unflushed();
        return Watch(inner.FlushAsync(cancellationToken), bytes);
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        TellWhatWasWritten();
        if (!source.IsEmpty) tap.Bytes(Direction.Sent, source.Span);
        var bytes = Unflushed() + source.Length;
        return Watch(inner.WriteAsync(source, cancellationToken), bytes);
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        TellWhatWasWritten();
        memory = default;
        inner.Complete(exception);
    }

    public override ValueTask CompleteAsync(Exception? exception = null)
    {
        TellWhatWasWritten();
        memory = default;
        return inner.CompleteAsync(exception);
    }

    private void TellWhatWasWritten()
    {
        if (untold == 0) return;
        tap.Bytes(Direction.Sent, memory.Span[..untold]);
        memory = memory[untold..];
        untold = 0;
    }

    /// <summary>Bytes that the next flush hands over, where the transport knows.</summary>
    private long Unflushed() => inner.CanGetUnflushedBytes ? inner.UnflushedBytes : 0;

    /// <summary>A flush that completes at once, as nearly all do, costs nothing.</summary>
    private ValueTask<FlushResult> Watch(ValueTask<FlushResult> flushing, long bytes)
    {
        if (!flushing.IsCompleted) return Wait(flushing, bytes);
        if (isBehind) CatchUp();
        return flushing;
    }

    private async ValueTask<FlushResult> Wait(ValueTask<FlushResult> flushing, long bytes)
    {
        isBehind = true;
        var waits = Waiting.GetOrCreateValue(this);
        waits.Bytes += bytes;
        tap.Backlog(waits.Bytes);
        var result = await flushing.ConfigureAwait(false);
        if (!result.IsCanceled && !result.IsCompleted) CatchUp();
        return result;
    }

    private void CatchUp()
    {
        isBehind = false;
        if (Waiting.TryGetValue(this, out var waits)) waits.Bytes = 0;
        tap.Backlog(0);
    }

    private sealed class Waits
    {
        /// <summary>Handed over by flushes of which none is over.</summary>
        public long Bytes { get; set; }
    }
}
