using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Deploy.Proxies;

/// <summary>A real proxy, on ports of its own, for as long as a test.</summary>
public sealed class RunningProxy : IAsyncDisposable
{
    private const int MostTries = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ProxyProgram _program;
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<string> _lines = [];
    private readonly LogQueue _log;
    private readonly ILogger _said;
    private Process? _process;

    private RunningProxy(ProxyProgram program, int[] ports)
    {
        _program = program;
        Ports = ports;
        _log = new LogQueue(_lines);
        _said = _log.CreateLogger("proxy");
    }

    /// <summary>Where it listens, as many as were asked for.</summary>
    public IReadOnlyList<int> Ports { get; }

    public int Port => Ports[0];

    /// <summary>What it said.</summary>
    public string Said => string.Join('\n', _lines);

    private string Configuration => Path.Combine(_folder.Path, "configuration");

    /// <summary>Starts it with other ports until nobody else has taken one of them.</summary>
    /// <param name="program">Which proxy.</param>
    /// <param name="ports">How many ports it listens on.</param>
    /// <param name="configuration">Makes the configuration of the ports and of a folder that the proxy may write to.</param>
    public static async Task<RunningProxy> Start(ProxyProgram program, int ports, Func<int[], string, string> configuration)
    {
        if (!File.Exists(program.Program)) Assert.Skip($"apt-get install {program.Package}");
        for (var tried = 1; ; tried++)
        {
            var proxy = new RunningProxy(program, FreePorts(ports));
            if (await proxy.TryStart(configuration)) return proxy;
            var said = proxy.Said;
            await proxy.DisposeAsync();
            if (tried == MostTries || !said.Contains("in use", StringComparison.OrdinalIgnoreCase)) throw new InvalidOperationException($"{program.Program} did not start:\n{said}");
        }
    }

    /// <summary>Reads its configuration again, and returns when new connections are served by it.</summary>
    public async Task Reload()
    {
        var before = Count(_program.Ready);
        await _program.Reload(_process!, _folder.Path, Configuration);
        if (!_program.KeepsConnections) return;
        try
        {
            await Until(() => Count(_program.Ready) > before);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{_program.Program} did not say again that it is ready. It said:\n{Said}");
        }
    }

    /// <summary>Sends it a signal.</summary>
    /// <param name="name">Such as <c>HUP</c>.</param>
    public Task Signal(string name) => Signals.Send(_process!, name);

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false } process)
        {
            // At once: Apache would wait for its connections.
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        _process?.Dispose();
        _log.Dispose();
        _folder.Dispose();
    }

    private async Task<bool> TryStart(Func<int[], string, string> configuration)
    {
        await File.WriteAllTextAsync(Configuration, _program.Prepare(_folder.Path, configuration([.. Ports], _folder.Path)));
        var start = new ProcessStartInfo(_program.Program, _program.Arguments(_folder.Path, Configuration)) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["HOME"] = start.Environment["XDG_DATA_HOME"] = start.Environment["XDG_CONFIG_HOME"] = _folder.Path;
        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.Start();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        var ended = _process.WaitForExitAsync();
        return await Task.WhenAny(_log.Wait(_program.Ready), ended).WaitAsync(Patience) != ended;
    }

    private void Take(string? line)
    {
        if (line is not null) _said.Log(LogLevel.Information, default, line, null, (text, _) => text);
    }

    private int Count(string part) => _lines.Count(line => line.Contains(part, StringComparison.Ordinal));

    private static async Task Until(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!holds()) await Task.Delay(20, limit.Token);
    }

    /// <summary>Outside the range that the system gives to whoever asks for any port: only a proxy of another test could take one of these meanwhile.</summary>
    private static int[] FreePorts(int count)
    {
        var found = new HashSet<int>();
        while (found.Count < count)
        {
            var port = Random.Shared.Next(10_000, 32_000);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Any, port));
                found.Add(port);
            }
            catch (SocketException)
            {
                // Somebody listens there.
            }
        }

        return [.. found];
    }
}
