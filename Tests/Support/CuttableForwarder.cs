using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace RealtimeHello.Tests.Support;

/// <summary>Stands before a server and passes bytes on, until it cuts: what a network does that fails for a moment.</summary>
internal sealed class CuttableForwarder : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _target;
    private readonly Task _accepting;
    private ConcurrentBag<TcpClient> _sockets = [];

    public CuttableForwarder(Uri target)
    {
        _target = target;
        _listener.Start();
        _accepting = Accept();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Ends all connections that there are without a goodbye; new ones are passed on again, also those that come back while the others are still being ended.</summary>
    public void Cut()
    {
        foreach (var socket in Interlocked.Exchange(ref _sockets, [])) socket.Close();
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        Cut();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                var server = new TcpClient();
                await server.ConnectAsync(_target.Host, _target.Port);
                _sockets.Add(client);
                _sockets.Add(server);
                _ = Pass(client, server);
                _ = Pass(server, client);
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // The listener was stopped.
        }
    }

    private static async Task Pass(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception cut) when (cut is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // It was cut, here or at an end.
        }
    }
}
