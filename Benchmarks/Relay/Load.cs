using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace RealtimeHello.Benchmarks.Relay;

/// <summary>One shape of traffic: masked binary frames of one length, so many in one write.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Connections">At once.</param>
/// <param name="Payload">Bytes of a frame's payload.</param>
/// <param name="FramesInWrite">Frames that one write holds.</param>
/// <param name="Writes">Writes of each connection.</param>
internal sealed record Load(string Name, int Connections, int Payload, int FramesInWrite, int Writes)
{
    private static readonly byte[] request =
        "GET /sink HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"u8.ToArray();

    /// <summary>Bytes behind the upgrade, of all connections.</summary>
    public long Bytes => (long)Connections * Writes * Write().Length;

    /// <summary>Sends everything through a port, and waits until the sink says that it has it.</summary>
    /// <returns>How long that took, without the openings.</returns>
    public async Task<TimeSpan> Run(int port)
    {
        var write = Write();
        var clients = new List<TcpClient>();
        for (var i = 0; i < Connections; i++) clients.Add(await Open(port));
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(clients.Select(client => Task.Run(() => Send(client, write))));
        var took = Stopwatch.GetElapsedTime(began);
        foreach (var client in clients) client.Dispose();
        return took;
    }

    private static async Task<TcpClient> Open(int port)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, port);
        await client.GetStream().WriteAsync(request);
        var head = new List<byte>();
        var one = new byte[1];
        while (head is not [.., (byte)'\r', (byte)'\n', (byte)'\r', (byte)'\n'])
        {
            if (await client.GetStream().ReadAsync(one) == 0) throw new IOException("The way to the sink is closed.");
            head.Add(one[0]);
        }

        return client;
    }

    private async Task Send(TcpClient client, byte[] write)
    {
        var stream = client.GetStream();
        for (var i = 0; i < Writes; i++) await stream.WriteAsync(write);
        client.Client.Shutdown(SocketShutdown.Send);
        var total = new byte[sizeof(long)];
        await stream.ReadExactlyAsync(total);
        if (BitConverter.ToInt64(total) != (long)Writes * write.Length) throw new IOException("The sink got something else than was sent.");
    }

    private byte[] Write()
    {
        var header = Payload < 126 ? 2 : Payload <= ushort.MaxValue ? 4 : 10;
        var frame = new byte[header + 4 + Payload];
        frame[0] = 0x82;
        frame[1] = (byte)(0x80 | (header switch { 2 => Payload, 4 => 126, _ => 127 }));
        if (header == 4) BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)Payload);
        if (header == 10) BinaryPrimitives.WriteInt64BigEndian(frame.AsSpan(2), Payload);
        new Random(Payload).NextBytes(frame.AsSpan(header));
        return [.. Enumerable.Repeat(frame, FramesInWrite).SelectMany(bytes => bytes)];
    }
}
