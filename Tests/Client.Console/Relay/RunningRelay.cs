using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using RealtimeHello.Client.Relay;
using RealtimeHello.Layers;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Inspector;

namespace RealtimeHello.Tests.Client.Relay;

/// <summary>A relay in this process, without its readers.</summary>
internal sealed class RunningRelay : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly RelayListener _listener;
    private readonly Task _running;

    private RunningRelay(RelayListener listener, Journal journal)
    {
        (_listener, Journal) = (listener, journal);
        _running = listener.Run(Complaints.Add, _stop.Token);
    }

    public Journal Journal { get; }

    public List<string> Complaints { get; } = [];

    public IPEndPoint End => new(IPAddress.Loopback, _listener.Port);

    public static Task<RunningRelay> Before(TcpListener target, Func<RelaySettings, RelaySettings>? change = null) =>
        Before($"ws://{target.LocalEndpoint}", change);

    public static async Task<RunningRelay> Before(string target, Func<RelaySettings, RelaySettings>? change = null, X509Certificate2? certificate = null)
    {
        RelayTarget.TryParse(target, out var parsed, out var fault).Should().BeTrue(fault);
        var settings = new RelaySettings { Listen = new ListenAddress("127.0.0.1", 0, certificate is not null), Target = parsed!, Layers = new HashSet<Layer>() };
        var journal = RelayProgram.NewJournal();
        return new RunningRelay(await RelayListener.Open(change?.Invoke(settings) ?? settings, certificate, journal), journal);
    }

    public async Task<TcpClient> Connect()
    {
        var client = new TcpClient();
        await client.ConnectAsync(End);
        return client;
    }

    /// <summary>Waits until a connection is over, and gives its record.</summary>
    public Task<ConnectionRecord> Closed(string id) => Journal.FirstClosed(record => record.Id == id);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(30));
        await _listener.DisposeAsync();
        _stop.Dispose();
    }
}
