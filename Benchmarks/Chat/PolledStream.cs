using System.Net.Sockets;

namespace RealtimeHello.Benchmarks.Chat;

/// <summary>
/// A socket that is read when a <see cref="Poll"/> says so, and not when something arrives. Who waits for bytes is woken by the kernel in the time of who sends them, if both are on one machine: that would
/// be counted as the server's, would differ by whether the load generator happens to be awake, and would have it compete for processor and caches while the server sends.
/// </summary>
internal sealed class PolledStream : NetworkStream
{
    private readonly Poll poll;

    public PolledStream(Socket socket, Poll poll)
        : base(socket, ownsSocket: true)
    {
        this.poll = poll;
        socket.Blocking = false;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Asked for first: a tick that comes while the socket is read is not missed, and the last one may be of the end.
            var next = poll.Next;
            var count = Socket.Receive(buffer.Span, SocketFlags.None, out var error);
            if (error == SocketError.Success) return count;
            if (error != SocketError.WouldBlock) throw new IOException("The socket can't be read.", new SocketException((int)error));
            await next;
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        // Who reads finds it gone.
        if (disposing) poll.Tick();
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
        await Until(() => done.IsCompleted, () => "no connection");
        return await done;
    }

    /// <summary>Ticks every millisecond until something is so.</summary>
    /// <param name="isSo">What is waited for.</param>
    /// <param name="instead">What there was instead.</param>
    /// <exception cref="TimeoutException">It was not so for 30 seconds.</exception>
    public async Task Until(Func<bool> isSo, Func<string> instead)
    {
        var began = Environment.TickCount64;
        while (!isSo())
        {
            if (Environment.TickCount64 - began > 30_000) throw new TimeoutException($"The server did not answer for 30 seconds: {instead()}.");
            await Task.Delay(1);
            Tick();
        }
    }
}
