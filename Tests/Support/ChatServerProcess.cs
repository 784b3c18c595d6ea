using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;

namespace RealtimeHello.Tests.Support;

/// <summary>The server as a process of its own: for signals, exit codes and what it prints.</summary>
public sealed class ChatServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = [];
    private readonly ConcurrentQueue<string> _errors = [];

    private ChatServerProcess(Process process) => _process = process;

    /// <summary>Scheme, host and port.</summary>
    public Uri Address { get; private set; } = new("http://localhost");

    /// <summary>What it wrote to standard output so far, line by line.</summary>
    public IReadOnlyCollection<string> Output => _output;

    /// <summary>What it wrote to standard error so far, line by line.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>Starts a server and waits until it has printed its four lines.</summary>
    /// <param name="dataFolder">Its data folder.</param>
    /// <param name="urls">Where it listens; by default at a free port of this machine.</param>
    /// <param name="arguments">More arguments.</param>
    public static async Task<ChatServerProcess> Start(string dataFolder, string urls = "http://127.0.0.1:0", params string[] arguments)
    {
        var ready = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = Launch(["--urls", urls, "--data", dataFolder, .. arguments], line =>
        {
            if (line.StartsWith("Chat:", StringComparison.Ordinal)) ready.TrySetResult(new Uri(line["Chat:".Length..].Trim()));
        });
        var exited = server._process.WaitForExitAsync();
        if (await Task.WhenAny(ready.Task, exited).WaitAsync(StartLimit) == exited)
            throw new InvalidOperationException($"The server ended with {server._process.ExitCode}: {string.Join('\n', server._errors)}");
        server.Address = new Uri((await ready.Task).GetLeftPart(UriPartial.Authority));
        return server;
    }

    /// <summary>Runs a server that is expected to end by itself.</summary>
    /// <returns>Its exit code, and what it wrote to standard output and standard error.</returns>
    public static async Task<(int ExitCode, string Output, string Errors)> Run(params string[] arguments)
    {
        await using var server = Launch(arguments, _ => { });
        await server._process.WaitForExitAsync().WaitAsync(StartLimit);
        return (server._process.ExitCode, string.Join('\n', server._output), string.Join('\n', server._errors));
    }

    /// <summary>Sends a signal.</summary>
    /// <param name="name">Such as <c>TERM</c> or <c>INT</c>.</param>
    public Task Signal(string name) => Signals.Send(_process, name);

    /// <summary>Ends it as by <c>kill -9</c>.</summary>
    public async Task Kill()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WaitForExit(TimeSpan limit)
    {
        await _process.WaitForExitAsync().WaitAsync(limit);
        return _process.ExitCode;
    }

    /// <summary>Signs a guest in.</summary>
    public async Task<Session> SignIn(string name)
    {
        using var http = new HttpClient { BaseAddress = Address };
        using var answer = await http.PostAsJsonAsync("/session", new { name });
        answer.IsSuccessStatusCode.Should().BeTrue(await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<Session>())!;
    }

    /// <summary>A hub connection of a guest, not yet started.</summary>
    public HubConnection Hub(Session session) => new HubConnectionBuilder().WithUrl(new Uri(Address, "/chat"), options =>
    {
        options.SkipNegotiation = true;
        options.Transports = HttpTransportType.WebSockets;
        options.AccessTokenProvider = () => Task.FromResult<string?>(session.AccessToken);
    }).Build();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await Kill();
        _process.Dispose();
    }

    private static ChatServerProcess Launch(IEnumerable<string> arguments, Action<string> onLine)
    {
        // Whoever runs the tests in the background has SIGINT ignored, which a process inherits.
        var start = new ProcessStartInfo("env") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in (string[])["--default-signal=INT", "dotnet", "exec"]) start.ArgumentList.Add(argument);
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "RealtimeHello.Server.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        // The server's own environment, not what a test run happens to have.
        foreach (var name in new[] { "ASPNETCORE_URLS", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "ASPNETCORE_HTTP_PORTS" }) start.Environment.Remove(name);

        var process = new Process { StartInfo = start };
        var server = new ChatServerProcess(process);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null) return;
            server._output.Enqueue(line.Data);
            onLine(line.Data);
        };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null) server._errors.Enqueue(line.Data);
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return server;
    }
}
