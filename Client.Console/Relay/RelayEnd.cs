using System.Net.Security;
using System.Net.Sockets;

namespace RealtimeHello.Client.Relay;

/// <summary>One of the two ends of a relayed connection: a socket, perhaps with TLS over it. Its directions end one by one, as TCP's do.</summary>
/// <param name="socket">Owned by this.</param>
/// <param name="stream">The plain bytes: the socket's own, or those over TLS.</param>
internal sealed class RelayEnd(Socket socket, Stream stream) : IAsyncDisposable
{
    private int _isOver;

    public ValueTask<int> Read(Memory<byte> buffer) => stream.ReadAsync(buffer);

    public ValueTask Write(ReadOnlyMemory<byte> bytes) => stream.WriteAsync(bytes);

    /// <summary>No more bytes go to this end (FIN; under TLS a close_notify before it); those that come from it still do.</summary>
    public async Task Finish()
    {
        if (stream is SslStream tls) await tls.ShutdownAsync();
        socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Cuts it off in both directions, so that the other side sees a reset (RST).</summary>
    public void Reset()
    {
        if (Interlocked.Exchange(ref _isOver, 1) != 0) return;
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (SocketException)
        {
            // It is over already.
        }

        socket.Dispose();
        stream.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isOver, 1) != 0) return;
        await stream.DisposeAsync();
        socket.Dispose();
    }
}
