using System.Diagnostics;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client;

/// <summary>Runs the console client as a process.</summary>
internal static class ConsoleRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>In a pipe, for a test that feeds it and ends it. Without a byte-order mark before its input.</summary>
    public static Process Start(string home, params string[] arguments)
    {
        // A shell without job control starts what it runs in the background with SIGINT ignored, and children inherit that: Ctrl+C has to work here whoever started the tests.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", "exec", Repository.ConsoleProgram, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["REALTIMEHELLO_HOME"] = home;
        return Process.Start(start)!;
    }

    /// <summary>In a pipe, with all of its input at once; waits for its end.</summary>
    /// <param name="home">Where it keeps its tokens.</param>
    /// <param name="input">Standard input.</param>
    /// <param name="arguments">Its arguments.</param>
    public static async Task<(int ExitCode, string Output, string Errors)> Piped(string home, string input, params string[] arguments)
    {
        using var process = Start(home, arguments);
        using var limit = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output, await errors);
    }
}
