using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace RealtimeHello.Tests.Client.Relay;

/// <summary>Passes bytes on to a server and hashes those of each connection, both ways: one stands before the relay, another behind it.</summary>
internal sealed class CopyingForwarder : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Task<string>> _connections = [];
    private readonly int _target;
    private readonly Task _accepting;

    public CopyingForwarder(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Waits until all connections are over.</summary>
    /// <returns>Of each that carried something, in no particular order: how many bytes went up and down, and their hashes.</returns>
    public async Task<IReadOnlyList<string>> Hashes()
    {
        _listener.Stop();
        await _accepting;
        var all = await Task.WhenAll(_connections).WaitAsync(TimeSpan.FromSeconds(30));
        return [.. all.Where(hash => !hash.StartsWith("0 0 ", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    public async ValueTask DisposeAsync() => await Hashes();

    private async Task Accept()
    {
        try
        {
            while (true) _connections.Add(Serve(await _listener.AcceptTcpClientAsync()));
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // The listener was stopped.
        }
    }

    private async Task<string> Serve(TcpClient client)
    {
        using var _ = client;
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, _target);
        using var up = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var down = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var counts = await Task.WhenAll(Pass(client, server, up), Pass(server, client, down));
        return $"{counts[0]} {counts[1]} {Convert.ToHexStringLower(up.GetCurrentHash())} {Convert.ToHexStringLower(down.GetCurrentHash())}";
    }

    private static async Task<long> Pass(TcpClient from, TcpClient to, IncrementalHash hash)
    {
        var (buffer, total) = (new byte[16 * 1024], 0L);
        try
        {
            int count;
            while ((count = await from.GetStream().ReadAsync(buffer)) > 0)
            {
                hash.AppendData(buffer, 0, count);
                total += count;
                await to.GetStream().WriteAsync(buffer.AsMemory(0, count));
            }

            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception gone) when (gone is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // An end is gone: so is the other.
            from.Close();
            to.Close();
        }

        return total;
    }
}
