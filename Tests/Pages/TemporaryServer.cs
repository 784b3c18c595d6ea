using Microsoft.AspNetCore.SignalR.Client;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Pages;

/// <summary>A data folder, and a server process over it that can be stopped and started again at the same address.</summary>
internal sealed class TemporaryServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private ChatServerProcess? _process;

    public async Task<Uri> Start(Uri? address = null)
    {
        _process = await ChatServerProcess.Start(_folder.Path, address?.GetLeftPart(UriPartial.Authority) ?? "http://127.0.0.1:0");
        return _process.Address;
    }

    public async Task Stop()
    {
        if (_process is not null) await _process.DisposeAsync();
        _process = null;
    }

    /// <summary>Sends the server a signal, and waits for its end.</summary>
    public async Task Signal(string name)
    {
        await _process!.Signal(name);
        await _process.WaitForExit(TimeSpan.FromSeconds(20));
        await Stop();
    }

    public async Task<HubConnection> Connect(string name)
    {
        var hub = _process!.Hub(await _process.SignIn(name));
        await hub.StartAsync();
        return hub;
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _folder.Dispose();
    }
}
