using System.Diagnostics;
using System.Text;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client;

/// <summary>The console client in a pseudo-terminal, made by util-linux's script.</summary>
public sealed class TerminalTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _home = new();
    private readonly TemporaryFolder _data = new();

    public void Dispose()
    {
        _home.Dispose();
        _data.Dispose();
    }

    [Theory]
    [InlineData("\u0003")]
    [InlineData("\u0004")]
    [InlineData("/quit\r")]
    public async Task A_message_is_posted_and_leaving_gives_the_terminal_back(string leave)
    {
        if (!File.Exists("/usr/bin/script")) Assert.Skip("script is missing; install it with: apt-get install bsdutils");
        await using var server = await ChatServerProcess.Start(_data.Path);
        var command = $"stty rows 20 cols 80; dotnet exec '{Repository.ConsoleProgram}' chat --server {server.Address} --name ada; echo left with $?; stty -a";
        var start = new ProcessStartInfo("/usr/bin/script", ["-qefc", command, "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["REALTIMEHELLO_HOME"] = _home.Path;
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["NO_COLOR"] = "1";
        using var process = Process.Start(start)!;
        var screen = new Written(process.StandardOutput);

        await screen.Shows("─ connected ─");
        await process.StandardInput.WriteAsync("hello\r");
        await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        await screen.Shows("ada  hello");
        await process.StandardInput.WriteAsync(leave);
        await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        await screen.Shows("left with 0");
        await screen.Shows(" icanon");
        await screen.Shows(" echo ");
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(Limit);
    }

    [Fact]
    public async Task Hello_shows_a_typed_line_at_every_layer_in_colour_and_gives_the_terminal_back()
    {
        if (!File.Exists("/usr/bin/script")) Assert.Skip("script is missing; install it with: apt-get install bsdutils");
        await using var server = await ChatServerProcess.Start(_data.Path);
        var command = $"stty rows 40 cols 120; dotnet exec '{Repository.ConsoleProgram}' hello {server.Address}hello; echo left with $?; stty -a";
        var start = new ProcessStartInfo("/usr/bin/script", ["-qefc", command, "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        using var process = Process.Start(start)!;
        var screen = new Written(process.StandardOutput);

        await screen.Shows("connected to ws://127.0.0.1");
        await Type(process, "hello\r");
        await screen.Shows("< hello");
        await screen.Shows("webSocket   <- message           text, 5 B: hello");
        screen.HasColours.Should().BeTrue();
        await Type(process, "/close 1002\u007f1 bye\r");
        await screen.Shows("the server answered with 1001, bye");
        await screen.Shows("closed            by client at webSocket, code 1001");
        await screen.Shows("left with 0");
        await screen.Shows(" icanon");
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(Limit);
    }

    [Fact]
    public async Task The_layers_of_a_chat_scroll_above_its_input_line()
    {
        if (!File.Exists("/usr/bin/script")) Assert.Skip("script is missing; install it with: apt-get install bsdutils");
        await using var server = await ChatServerProcess.Start(_data.Path);
        var command = $"stty rows 40 cols 120; dotnet exec '{Repository.ConsoleProgram}' chat --server {server.Address} --name ada --layers signalR,tcp; echo left with $?; stty -a";
        var start = new ProcessStartInfo("/usr/bin/script", ["-qefc", command, "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["REALTIMEHELLO_HOME"] = _home.Path;
        start.Environment["TERM"] = "xterm-256color";
        using var process = Process.Start(start)!;
        var screen = new Written(process.StandardOutput);

        await screen.Shows("─ connected ─");
        await Type(process, "hello\r");
        await screen.Shows("invocation        PostMessage(\"lobby\"");
        await screen.Shows("ada  hello");
        await Type(process, "\u0003");
        await screen.Shows("c1 -- closed            by client");
        await screen.Shows("left with 0");
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(Limit);
    }

    private static async Task Type(Process process, string keys)
    {
        await process.StandardInput.WriteAsync(keys);
        await process.StandardInput.FlushAsync();
    }

    /// <summary>What was written so far, without styles.</summary>
    private sealed class Written(StreamReader output)
    {
        private readonly StringBuilder _text = new();

        public bool HasColours => System.Text.RegularExpressions.Regex.IsMatch(_text.ToString(), "\e\\[[0-9;]*3[0-9][;m0-9]");

        public async Task Shows(string part)
        {
            using var limit = new CancellationTokenSource(Limit);
            var buffer = new char[4_096];
            while (true)
            {
                var plain = System.Text.RegularExpressions.Regex.Replace(_text.ToString(), "\e\\[[0-9;]*m", "");
                if (plain.Contains(part, StringComparison.Ordinal)) return;
                var read = await output.ReadAsync(buffer, limit.Token);
                if (read == 0) throw new InvalidOperationException($"It ended without '{part}': {plain}");
                _text.Append(buffer, 0, read);
            }
        }
    }
}
