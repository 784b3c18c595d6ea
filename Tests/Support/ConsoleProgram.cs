using System.Diagnostics;
using System.Text;

namespace RealtimeHello.Tests.Support;

/// <summary>The console program as a process in a pipe.</summary>
internal static class ConsoleProgram
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <param name="input">All of its standard input.</param>
    /// <param name="environment">Variables that it has besides ours.</param>
    /// <param name="arguments">Its command line.</param>
    public static async Task<(int ExitCode, string Output, string Errors)> Run(string input, (string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Repository.ConsoleProgram, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output, await errors);
    }
}
