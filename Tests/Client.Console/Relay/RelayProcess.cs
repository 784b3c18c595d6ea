using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client.Relay;

/// <summary>The command <c>relay</c> as a process in a pipe.</summary>
internal sealed partial class RelayProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly ConcurrentQueue<string> _errors = [];
    private readonly TaskCompletionSource<Match> _greeting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Uri> _inspector = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RelayProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null) return;
            _errors.Enqueue(line.Data);
            if (Greeting().Match(line.Data) is { Success: true } greeting) _greeting.TrySetResult(greeting);
            if (line.Data.StartsWith("Inspector: ", StringComparison.Ordinal)) _inspector.TrySetResult(new Uri(line.Data["Inspector: ".Length..]));
        };
        process.BeginErrorReadLine();
        _output = process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>Where clients connect to.</summary>
    public Uri Address { get; private set; } = new("http://localhost");

    /// <summary>The inspector's sign-in link, once it was printed.</summary>
    public Task<Uri> Inspector => _inspector.Task.WaitAsync(Patience);

    public string Errors => string.Join('\n', _errors);

    public static async Task<RelayProcess> Start(string home, params string[] arguments)
    {
        var relay = new RelayProcess(ConsoleRun.Start(home, ["relay", .. arguments]));
        relay.Address = new Uri((await relay._greeting.Task.WaitAsync(Patience)).Groups["address"].Value);
        return relay;
    }

    /// <summary>Ends it as by Ctrl+C.</summary>
    /// <returns>Its exit code, and all that it printed.</returns>
    public async Task<(int ExitCode, string Output)> Interrupt()
    {
        await Signals.Send(_process, "INT");
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return (_process.ExitCode, await _output);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    [GeneratedRegex("^Relaying (?<address>[^ ]+) to ")]
    private static partial Regex Greeting();
}
