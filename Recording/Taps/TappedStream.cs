using System.Net.Sockets;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Recording.Taps;

/// <summary>
/// A stream whose bytes are shown to a tap, both ways, and otherwise untouched. Bytes are reported before they are written, so that an answer
/// is never reported before its question. Disposing it disposes the inner stream.
/// </summary>
/// <param name="inner">The stream.</param>
/// <param name="tap">Sees the bytes.</param>
/// <param name="disposed">Called once, behind the inner stream's end.</param>
public sealed class TappedStream(Stream inner, IByteTap tap, Action? disposed = null) : Stream
{
    private int ended;
    private int isDisposed;

    /// <inheritdoc/>
    public override bool CanRead => inner.CanRead;

    /// <inheritdoc/>
    public override bool CanWrite => inner.CanWrite;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            return Report(buffer.Span[..count], buffer.Length);
        }
        catch (Exception exception) when (ReportReset(exception))
        {
            throw;
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            return Report(buffer[..inner.Read(buffer)], buffer.Length);
        }
        catch (Exception exception) when (ReportReset(exception))
        {
            throw;
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        tap.Bytes(Direction.Sent, buffer.Span);
        return inner.WriteAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        tap.Bytes(Direction.Sent, buffer);
        inner.Write(buffer);
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) != 0) return;
        tap.Ended(Direction.Sent, StreamEnding.Finished, null);
        await inner.DisposeAsync().ConfigureAwait(false);
        disposed?.Invoke();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref isDisposed, 1) == 0)
        {
            tap.Ended(Direction.Sent, StreamEnding.Finished, null);
            inner.Dispose();
            disposed?.Invoke();
        }

        base.Dispose(disposing);
    }

    /// <summary>A read into no room only waits: its 0 is no end.</summary>
    private int Report(ReadOnlySpan<byte> read, int room)
    {
        if (read.IsEmpty && room > 0) End(StreamEnding.Finished, null);
        else tap.Bytes(Direction.Received, read);
        return read.Length;
    }

    /// <summary>Never handles the exception: it only looks at it as it passes.</summary>
    private bool ReportReset(Exception exception)
    {
        for (var inside = exception; inside is not null; inside = inside.InnerException)
        {
            if (inside is SocketException { SocketErrorCode: SocketError.ConnectionReset }) End(StreamEnding.Reset, inside.Message);
        }

        return false;
    }

    /// <summary>A read that disposing interrupts may end as if the peer had ended: that is no end of the peer's.</summary>
    private void End(StreamEnding ending, string? reason)
    {
        if (Volatile.Read(ref isDisposed) == 0 && Interlocked.Exchange(ref ended, 1) == 0) tap.Ended(Direction.Received, ending, reason);
    }
}
