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

    [Fact]
    public async Task What_is_entered_before_the_WebSocket_is_open_is_sent_in_order_when_it_is()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var screen = await TerminalScreen.Start(60, 30, $"dotnet exec '{Repository.ConsoleProgram}' hello ws://{listener.LocalEndpoint}/ --layers websocket", ("TERM", "xterm-256color"));
        using var client = await listener.AcceptTcpClientAsync();
        foreach (var line in (string[])["/help", "one", "two", "/close 1001 enough"])
        {
            await screen.Type(line);
            await screen.Press("Enter");
        }

        await screen.Shows("not sent yet: 3 lines; connecting");
        await screen.Shows("/binary 00 ff");
        await Open(client);

        var received = await Received(client, 3);
        received.Should().Equal("one", "two", "\u0003\u00e9enough");
        await client.GetStream().WriteAsync(new byte[] { 0x88, 2, 0x03, 0xe9 });
        await screen.Shows("left with 0");
    }

    [Fact]
    public async Task Enter_that_was_pressed_before_the_program_was_there_is_Enter()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var screen = await TerminalScreen.Start(
            60, 30, $"sh -c \"sleep 2; exec dotnet exec '{Repository.ConsoleProgram}' hello ws://{listener.LocalEndpoint}/ --layers websocket\"", ("TERM", "xterm-256color"));
        foreach (var line in (string[])["one", "two"])
        {
            await screen.Type(line);
            await screen.Press("Enter");
        }

        using var client = await listener.AcceptTcpClientAsync();
        await Open(client);

        (await Received(client, 2)).Should().Equal("one", "two");
    }

    [Fact]
    public async Task What_was_entered_for_a_WebSocket_that_never_opens_is_told_as_not_sent()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var screen = await TerminalScreen.Start(60, 30, $"dotnet exec '{Repository.ConsoleProgram}' hello ws://{listener.LocalEndpoint}/ --layers websocket", ("TERM", "xterm-256color"));
        using var client = await listener.AcceptTcpClientAsync();
        await screen.Type("one");
        await screen.Press("Enter");
        await screen.Shows("not sent yet: 1 line");

        client.Close();

        await screen.Shows("left with 1");
        await screen.Shows("! Not sent: 1 line.");
    }

    [Fact]
    public async Task Whoever_quits_a_server_that_does_not_read_does_not_wait_for_it_for_ever()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Server.ReceiveBufferSize = 4_096;
        listener.Start();
        await using var screen = await TerminalScreen.Start(
            60, 30, $"dotnet exec '{Repository.ConsoleProgram}' hello ws://{listener.LocalEndpoint}/ --wait 1 --layers tcp", ("TERM", "xterm-256color"));
        using var client = await listener.AcceptTcpClientAsync();
        await Open(client);
        var full = screen.Shows("not sent yet:");
        while (!full.IsCompleted)
        {
            await screen.Type(new string('x', 15_000));
            await screen.Press("Enter");
        }

        await full;
        await screen.Press("C-c");

        await screen.Shows("left with 1");
    }

    /// <summary>The payloads of so many masked frames, each of under 126 bytes.</summary>
    private static async Task<List<string>> Received(TcpClient client, int count)
    {
        List<string> payloads = [];
        var head = new byte[6];
        while (payloads.Count < count)
        {
            await client.GetStream().ReadExactlyAsync(head);
            var payload = new byte[head[1] & 0x7f];
            await client.GetStream().ReadExactlyAsync(payload);
            for (var i = 0; i < payload.Length; i++) payload[i] ^= head[2 + (i % 4)];
            payloads.Add(Encoding.Latin1.GetString(payload));
        }

        return payloads;
    }

    /// <summary>Opens one WebSocket, and ends it without a goodbye.</summary>
    private static async Task Break(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await Open(client);
    }

    /// <summary>Answers a request for a WebSocket.</summary>
    private static async Task Open(TcpClient client)
    {
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1, leaveOpen: true);
        var key = "";
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
            if (line.StartsWith("Sec-WebSocket-Key: ", StringComparison.Ordinal)) key = line["Sec-WebSocket-Key: ".Length..];
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {WebSocketAgreement.AcceptOf(key)}\r\n\r\n"));
    }
}
