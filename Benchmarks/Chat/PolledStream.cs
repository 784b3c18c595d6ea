using System.Net.Sockets;

namespace RealtimeHello.Benchmarks.Chat;

/// <summary>
/// A socket that is read when a <see cref="Poll"/> says so, and not when something arrives. Who waits for bytes is woken by the kernel in the time of who sends them, if both are on one machine: that would
/// be counted as the server's, would differ by whether the load generator happens to be awake, and would have it compete for processor and caches while the server sends.
/// </summary>
internal sealed class PolledStream : Stream
{
    private readonly Socket socket;
    private readonly Poll poll;

    public PolledStream(Socket socket, Poll poll)
    {
        socket.Blocking = false;
        this.socket = socket;
        this.poll = poll;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = socket.Receive(buffer.Span, SocketFlags.None, out var error);
            if (error == SocketError.Success) return count;
            if (error != SocketError.WouldBlock) throw new IOException("The socket can't be read.", new SocketException((int)error));
            await poll.Next;
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty) buffer = buffer[await socket.SendAsync(buffer, cancellationToken)..];
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            socket.Dispose();
            // Who reads finds it gone.
            poll.Tick();
        }

        base.Dispose(disposing);
    }
}

/// <summary>Has the sockets of many members read at once.</summary>
internal sealed class Poll
{
    private TaskCompletionSource next = new();

    /// <summary>Completes at the next tick.</summary>
    public Task Next => Volatile.Read(ref next).Task;

    /// <summary>All of them are read now, on this thread.</summary>
    public void Tick() => Interlocked.Exchange(ref next, new TaskCompletionSource()).SetResult();

    /// <summary>Ticks every millisecond until something is done.</summary>
    public async Task<T> Until<T>(Task<T> done)
    {
        await Until(() => done.IsCompleted);
        return await done;
    }

    /// <summary>Ticks every millisecond until something is so.</summary>
    /// <exception cref="TimeoutException">It was not so for 30 seconds.</exception>
    public async Task Until(Func<bool> isSo)
    {
        var began = Environment.TickCount64;
        while (!isSo())
        {
            if (Environment.TickCount64 - began > 30_000) throw new TimeoutException("The server did not answer for 30 seconds.");
            await Task.Delay(1);
            Tick();
        }
    }
}
