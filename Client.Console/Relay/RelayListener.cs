using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using RealtimeHello.Client.Accounts;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Recording.Masking;
using RealtimeHello.Recording.Taps;

namespace RealtimeHello.Client.Relay;

/// <summary>Accepts the clients, and serves each as a connection <c>r1</c>, <c>r2</c> and so on of the journal.</summary>
internal sealed class RelayListener : IAsyncDisposable
{
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(200);

    private readonly RelaySettings _settings;
    private readonly X509Certificate2? _certificate;
    private readonly Journal _journal;
    private readonly SecretNames _secrets = new();
    private readonly List<Socket> _sockets;
    private readonly SemaphoreSlim _room;
    private int _count;

    private RelayListener(RelaySettings settings, X509Certificate2? certificate, Journal journal, List<Socket> sockets)
    {
        (_settings, _certificate, _journal, _sockets) = (settings, certificate, journal, sockets);
        _room = new SemaphoreSlim(settings.MaximumConnections);
    }

    /// <summary>The port; the one that was found where 0 was asked for.</summary>
    public int Port => ((IPEndPoint)_sockets[0].LocalEndPoint!).Port;

    /// <summary>Begins to listen; connections wait until <see cref="Run"/>.</summary>
    /// <exception cref="ServerTrouble">It can't listen there.</exception>
    public static async Task<RelayListener> Open(RelaySettings settings, X509Certificate2? certificate, Journal journal)
    {
        List<Socket> sockets = [];
        try
        {
            var port = settings.Listen.Port;
            foreach (var address in await AddressesOf(settings.Listen.Host))
            {
                sockets.Add(Listen(address, port));
                port = ((IPEndPoint)sockets[0].LocalEndPoint!).Port;
            }

            return new RelayListener(settings, certificate, journal, sockets);
        }
        catch (SocketException trouble)
        {
            foreach (var socket in sockets) socket.Dispose();
            throw new ServerTrouble(Describe(settings.Listen, trouble), isLasting: true, trouble);
        }
    }

    /// <summary>Accepts and serves until <paramref name="stop"/>; returns when the last connection is over.</summary>
    /// <param name="complain">Hears, a sentence each, what keeps clients from being accepted.</param>
    /// <param name="stop">Ends everything.</param>
    public async Task Run(Action<string> complain, CancellationToken stop)
    {
        await Task.WhenAll(_sockets.Select(socket => Accept(socket, complain, stop)));
        for (var i = 0; i < _settings.MaximumConnections; i++) await _room.WaitAsync(CancellationToken.None);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var socket in _sockets) socket.Dispose();
        _room.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task Accept(Socket listener, Action<string> complain, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await _room.WaitAsync(stop);
                Socket accepted;
                try
                {
                    accepted = await listener.AcceptAsync(stop);
                }
                catch
                {
                    _room.Release();
                    throw;
                }

                _ = Serve(accepted, complain, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException trouble)
            {
                // A client that left again, or no file descriptor: the next try may go well, but not at full speed.
                complain($"A client could not be accepted: {PrintableText.OneLine(trouble.Message, 200)}");
                await Task.Delay(Breath, CancellationToken.None);
            }
        }
    }

    private async Task Serve(Socket accepted, Action<string> complain, CancellationToken stop)
    {
        try
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"r{Interlocked.Increment(ref _count)}");
            var recorder = _journal.Open(id, Perspective.Server, ConnectionNames.Of(accepted.RemoteEndPoint), ConnectionNames.Of(accepted.LocalEndPoint), _secrets);
            // Off the accepting thread, which has others to accept.
            await Task.Run(() => new RelayedConnection(_settings, _certificate, recorder).Run(accepted, stop), CancellationToken.None);
        }
        catch (SocketException)
        {
            // The client had left before it had an address.
            accepted.Dispose();
        }
        catch (Exception unexpected)
        {
            complain($"A connection failed unexpectedly: {PrintableText.OneLine(unexpected.Message, 300)} ({unexpected.GetType().Name})");
        }
        finally
        {
            _room.Release();
        }
    }

    private static Socket Listen(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // A port whose last connections are still in TIME_WAIT can be used again, as every server does.
            if (!OperatingSystem.IsWindows()) socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            if (address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Of localhost both, where there are both: a browser may try either.</summary>
    private static async Task<IReadOnlyList<IPAddress>> AddressesOf(string host)
    {
        if (host == "*") return [Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any];
        if (host != "localhost") return [.. (await Dns.GetHostAddressesAsync(host)).Take(8)];
        return Socket.OSSupportsIPv6 && HasIPv6Loopback() ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback];
    }

    private static bool HasIPv6Loopback()
    {
        try
        {
            using var probe = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Describe(ListenAddress listen, SocketException trouble)
    {
        var where = $"{PrintableText.OneLine(listen.Host, 100)}:{listen.Port}";
        return trouble.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => $"Something listens at {where} already; choose another --listen, or port 0 for a free one.",
            SocketError.AccessDenied => $"Port {listen.Port} is not for everybody: choose one of 1024 or above.",
            SocketError.AddressNotAvailable => $"This machine has no address {PrintableText.OneLine(listen.Host, 100)} to listen at.",
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => $"The name {PrintableText.OneLine(listen.Host, 100)} is not known; check --listen.",
            _ => $"{where} can't be listened at: {trouble.Message}",
        };
    }
}
