using System.Net;
using System.Net.Sockets;

namespace RealtimeHello.Benchmarks.Relay;

/// <summary>A target: accepts every WebSocket, takes what comes, and at its end says how much that was.</summary>
internal sealed class Sink : IDisposable
{
    private static readonly byte[] accepted =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"u8.ToArray();

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public Sink()
    {
        listener.Start();
        _ = Accept();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public void Dispose() => listener.Dispose();

    private async Task Accept()
    {
        try
        {
            while (true) _ = Serve(await listener.AcceptTcpClientAsync());
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // The benchmark is over.
        }
    }

    private static async Task Serve(TcpClient client)
    {
        using var _ = client;
        client.NoDelay = true;
        var stream = client.GetStream();
        var buffer = new byte[256 * 1024];
        var head = 0;
        while (!buffer.AsSpan(0, head).EndsWith("\r\n\r\n"u8)) head += await stream.ReadAsync(buffer.AsMemory(head, 1));
        await stream.WriteAsync(accepted);
        var total = 0L;
        int count;
        while ((count = await stream.ReadAsync(buffer)) > 0) total += count;
        await stream.WriteAsync(BitConverter.GetBytes(total));
        client.Client.Shutdown(SocketShutdown.Send);
    }
}
