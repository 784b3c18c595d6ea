using System.Net;
using System.Net.Sockets;
using System.Text;
using RealtimeHello.Layers.Http;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client;

/// <summary>What a person sees of <c>hello</c> in a terminal.</summary>
public sealed class HelloOnTerminalTests
{
    [Fact]
    public async Task A_connection_that_breaks_is_told_in_whole_words_and_what_follows_begins_a_line()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var breaking = Break(listener);
        // A terminal that does not add the carriage returns, as when whatever runs the program has it in raw mode.
        await using var screen = await TerminalScreen.Start(60, 30, $"sh -c \"stty -onlcr; dotnet exec '{Repository.ConsoleProgram}' hello ws://{listener.LocalEndpoint}/ --layers tcp\"", ("TERM", "xterm-256color"));

        var rows = await screen.Shows(rows => rows.Any(row => row.Contains("left with 1", StringComparison.Ordinal)), "the end");

        await breaking;
        rows.Should().Contain("left with 1", "it stands in the first column");
        foreach (var word in "server_aborted: The server's side ended (FIN) without a Close frame: its process was killed,".Split(' '))
            rows.Should().Contain(row => row.Contains(word, StringComparison.Ordinal), "'{0}' is not broken", word);
    }

    [Fact]
    public async Task In_a_narrow_terminal_the_help_still_names_its_commands()
    {
        await using var server = new ChatServer();
        await using var screen = await TerminalScreen.Start(
            40, 30, $"dotnet exec '{Repository.ConsoleProgram}' hello ws://{server.Address.Authority}/hello --layers tcp", ("TERM", "xterm-256color"));
        await screen.Shows("opened");
        await screen.Type("/help");
        await screen.Press("Enter");

        var rows = await screen.Shows("/quit");

        foreach (var command in (string[])["text", "/binary 00 ff", "/ping [TEXT]", "/close [CODE] [REASON]", "/quit", "/help"]) rows.Should().Contain(row => row.TrimStart().StartsWith(command, StringComparison.Ordinal));
    }

    /// <summary>Opens one WebSocket, and ends it without a goodbye.</summary>
    private static async Task Break(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync();
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1, leaveOpen: true);
        var key = "";
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
            if (line.StartsWith("Sec-WebSocket-Key: ", StringComparison.Ordinal)) key = line["Sec-WebSocket-Key: ".Length..];
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {WebSocketAgreement.AcceptOf(key)}\r\n\r\n"));
    }
}
