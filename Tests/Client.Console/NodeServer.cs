using System.Diagnostics;
using System.Globalization;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client;

/// <summary>A server that is not ours, under Node: <c>socketio-server.mjs</c> or <c>ws-server.mjs</c>.</summary>
internal sealed class NodeServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private NodeServer(Process process, int port) => (_process, Port) = (process, port);

    public static NodeFolder Scripts { get; } = new("Tests/Client.Console/node");

    public int Port { get; }

    public static async Task<NodeServer> Start(params string[] script)
    {
        await Scripts.BringPackages();
        var process = Scripts.Start("node", script);
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        return new NodeServer(process, int.Parse(line!, CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(Patience);
        _process.Dispose();
    }
}
