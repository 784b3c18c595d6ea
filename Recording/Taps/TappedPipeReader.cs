using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Recording.Taps;

/// <summary>
/// Reports each byte once, when it is first seen: a reader that examines bytes without consuming them sees them again,
/// so this remembers how many of the bytes in front of it were reported.
/// </summary>
internal sealed class TappedPipeReader(PipeReader inner, IByteTap tap) : PipeReader, IValueTaskSource<ReadResult>
{
    /// <summary>A <see cref="Pipe"/> gives this one with every read that waits.</summary>
    private const short PipeToken = 0;

    private ReadOnlySequence<byte> seen;
    private long reported;
    private bool ended;
    private bool endWaits;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var reading = inner.ReadAsync(cancellationToken);
        if (reading.IsCompletedSuccessfully) return new ValueTask<ReadResult>(Report(reading.Result));
        // A pipe's reader is itself what a waiting read is waited on by. Then this one stands in its place, and an idle connection holds no state of a method that waits.
        return inner is IValueTaskSource<ReadResult> source && reading == new ValueTask<ReadResult>(source, PipeToken) ? new ValueTask<ReadResult>(this, PipeToken) : Wait(reading);
    }

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => ((IValueTaskSource<ReadResult>)inner).GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        ((IValueTaskSource<ReadResult>)inner).OnCompleted(continuation, state, token, flags);

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token)
    {
        try
        {
            return Report(((IValueTaskSource<ReadResult>)inner).GetResult(token));
        }
        catch (Exception exception) when (IsReset(exception))
        {
            End(StreamEnding.Reset, exception.Message);
            throw;
        }
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result)) return false;
        Report(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        reported -= seen.Slice(seen.Start, consumed).Length;
        seen = default;
        inner.AdvanceTo(consumed, examined);
    }

    /// <summary>Nobody reads any more: an end that waits is told.</summary>
    public void Finish()
    {
        if (endWaits) End(StreamEnding.Finished, null);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    // Pooled: a read that waits is the usual case, and must not allocate.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> Wait(ValueTask<ReadResult> reading)
    {
        try
        {
            return Report(await reading.ConfigureAwait(false));
        }
        catch (Exception exception) when (IsReset(exception))
        {
            End(StreamEnding.Reset, exception.Message);
            throw;
        }
    }

    private ReadResult Report(ReadResult result)
    {
        seen = result.Buffer;
        var length = seen.Length;
        if (length > reported)
        {
            foreach (var memory in seen.Slice(reported)) tap.Bytes(Direction.Received, memory.Span);
            reported = length;
        }

        // A pipe tells of the end together with the last bytes. What was encrypted comes to the tap above only behind this read, and was there before the end.
        if (result.IsCompleted && length > 0 && tap.IsEncrypted) endWaits = true;
        else if (result.IsCompleted) End(StreamEnding.Finished, null);
        return result;
    }

    private void End(StreamEnding ending, string? reason)
    {
        if (ended) return;
        ended = true;
        tap.Ended(Direction.Received, ending, reason);
    }

    /// <summary>A peer's RST; an abort of this side, which is no ending of the peer's, is known elsewhere.</summary>
    private static bool IsReset(Exception exception) =>
        exception is IOException and not FileNotFoundException && exception.GetType().Name != "ConnectionAbortedException"
        || exception is SocketException { SocketErrorCode: SocketError.ConnectionReset };
}
