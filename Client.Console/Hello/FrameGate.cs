using RealtimeHello.Client.Frames;
using RealtimeHello.Layers.WebSockets;

namespace RealtimeHello.Client.Hello;

/// <summary>
/// Lets a control frame in between the frames of .NET's WebSocket, which can't send a Ping by itself. That one writes every frame with one
/// call; the gate lets one call through at a time. Disposing it disposes the inner stream.
/// </summary>
internal sealed class FrameGate(Stream inner) : Stream
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    public override bool CanRead => inner.CanRead;

    public override bool CanWrite => inner.CanWrite;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Sends a Ping (RFC 6455 5.5.2), masked as everything from a client.</summary>
    /// <param name="payload">At most 125 bytes.</param>
    /// <param name="cancellationToken">Gives up before it is written.</param>
    public async Task Ping(byte[] payload, CancellationToken cancellationToken)
    {
        await WriteAsync(ClientFrame.Of(WebSocketOpcode.Ping, payload), cancellationToken);
        await FlushAsync(cancellationToken);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await inner.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        _turn.Wait();
        try
        {
            inner.Write(buffer, offset, count);
        }
        finally
        {
            _turn.Release();
        }
    }

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
