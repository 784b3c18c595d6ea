using System.Diagnostics;
using System.Text;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client;

/// <summary><c>chat --layers</c>: the console client's own connection, from the same decoders as the server's.</summary>
public sealed class ChatLayersTests : IDisposable
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
    [InlineData("json")]
    [InlineData("messagepack")]
    public async Task A_piped_line_is_seen_at_every_layer_on_standard_error_and_the_messages_stay_alone_on_standard_output(string protocol)
    {
        await using var server = await ChatServerProcess.Start(_data.Path);

        var (exitCode, output, errors) = await Run("hello\n", server.Address, "--layers", "all", "--protocol", protocol);

        exitCode.Should().Be(0, errors);
        output.Should().Be("#lobby 1 ada: hello\n");
        errors.Should().NotContain("\u001b").And.NotContain("Bearer ").And.Contain("Authorization: *** ***").And.NotContain(" fault ");
        foreach (var part in new[]
        {
            "tcp         c1 -- opened ", "http        c1 -> request           GET /chat HTTP/1.1, asks for a WebSocket", "http        c1 <- upgraded ",
            $"signalR     c1 -> handshakeRequest  asks for protocol {protocol}, version 1", "signalR     c1 <- handshakeResponse accepted",
            "hub         c1 -- connected         ChatHub: ada, over", "hub         c1 -- invoked           PostMessage", "signalR     c1 -> invocation        PostMessage(\"lobby\", ",
            "webSocket   c1 -> frame ", "signalR     c1 <- completion        of 2: ", "application c1 -- posted            message 1 of lobby is durable",
            "application c1 -- received          message 1 of lobby from ada", "webSocket   c1 -> close             close 1000", "tcp         c1 -- closed            by client at signalR, code 1000, client_closed",
        })
            errors.Should().Contain(part);
    }

    [Fact]
    public async Task Only_the_layers_that_were_asked_for_are_shown()
    {
        await using var server = await ChatServerProcess.Start(_data.Path);

        var (exitCode, _, errors) = await Run("hello\n", server.Address, "--layers", "application,tcp");

        exitCode.Should().Be(0);
        errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().OnlyContain(line => line.Contains("tcp         c1 ") || line.Contains("application c1 "));
    }

    [Fact]
    public async Task A_reconnect_is_a_new_connection()
    {
        var server = await ChatServerProcess.Start(_data.Path);
        var start = new ProcessStartInfo("dotnet", ["exec", Repository.ConsoleProgram, "chat", "--server", server.Address.ToString(), "--name", "ada", "--layers", "tcp,hub"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["REALTIMEHELLO_HOME"] = _home.Path;
        using var console = Process.Start(start)!;
        var errors = new StringBuilder();
        await Read(console.StandardError, errors, "c1 -- completed         JoinRoom");
        await server.DisposeAsync();
        await Read(console.StandardError, errors, "tcp         c1 -- closed");
        await using var again = await ChatServerProcess.Start(_data.Path, server.Address.GetLeftPart(UriPartial.Authority));
        await Read(console.StandardError, errors, "c2 -- completed         JoinRoom");
        console.StandardInput.Close();
        await console.WaitForExitAsync().WaitAsync(Limit);

        console.ExitCode.Should().Be(0, errors.ToString());
        errors.ToString().Should().Contain("tcp         c2 -- opened");
    }

    private Task<(int ExitCode, string Output, string Errors)> Run(string input, Uri server, params string[] arguments) =>
        ConsoleProgram.Run(input, [("REALTIMEHELLO_HOME", _home.Path)], ["chat", "--server", server.ToString(), "--name", "ada", .. arguments]);

    private static async Task Read(StreamReader lines, StringBuilder all, string until)
    {
        while (await lines.ReadLineAsync().WaitAsync(Limit) is { } line)
        {
            all.AppendLine(line);
            if (line.Contains(until, StringComparison.Ordinal)) return;
        }

        throw new InvalidOperationException($"It ended without '{until}': {all}");
    }
}
