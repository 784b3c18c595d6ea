using System.Diagnostics;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client;

/// <summary>The commands that read, as processes whose shell closed their standard input: it is an empty one.</summary>
public sealed class ClosedInputTests(ChatServer server) : IClassFixture<ChatServer>, IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("chat", "--server", "{server}", "--name", "ned", "--room", "silent")]
    [InlineData("hello", "{server}hello", "--layers", "application")]
    public async Task A_closed_input_is_an_empty_one(params string[] arguments)
    {
        var closed = await From("<&-", arguments);

        closed.Should().Be(await From("< /dev/null", arguments));
        closed.ExitCode.Should().Be(0);
    }

    private async Task<(int ExitCode, string Output, string Errors)> From(string source, string[] arguments)
    {
        var filled = arguments.Select(argument => argument.Replace("{server}", $"{server.Address}", StringComparison.Ordinal));
        var start = new ProcessStartInfo("sh", ["-c", $"exec dotnet exec \"$0\" \"$@\" {source}", Repository.ConsoleProgram, .. filled]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["REALTIMEHELLO_HOME"] = _home.Path;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, output, await errors);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }
}
