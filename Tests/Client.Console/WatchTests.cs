using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR.Client;
using RealtimeHello.Client.Relay;
using RealtimeHello.Contracts;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Recording.Masking;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client;

/// <summary>The command <c>watch</c> as a process, against the chat's inspector.</summary>
public sealed class WatchTests : IDisposable
{
    private static readonly CancellationToken cancel = TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_follows_a_server_and_comes_back_when_the_server_does()
    {
        await using var first = await ChatServerProcess.Start(_folder.Path);
        var token = await File.ReadAllTextAsync(Path.Combine(_folder.Path, "operator-token"), cancel);
        await using var watch = new Watch(_folder.Path, first.Address.ToString(), "--token", token.Trim());
        await Converse(first, "ada", "seen by watch", watch);
        await first.Signal("TERM");
        (await first.WaitForExit(TimeSpan.FromSeconds(30))).Should().Be(0);

        await using var second = await ChatServerProcess.Start(_folder.Path, first.Address.GetLeftPart(UriPartial.Authority));
        await watch.Says("It is back, and does not know the connections that were told before: their records go with the process that kept them.");
        await Converse(second, "bob", "seen again", watch);

        // Of the new process from its first event on, though its numbers begin again.
        watch.Everything.Should().Contain("seen again 0");
        (await watch.Interrupt()).Should().Be(0);
        // SignalR's client stops its sending right behind its Close message, which may then never be sent: the Close frame is.
        watch.Everything.Should().MatchRegex(@"The client (said goodbye with SignalR's Close message|closed the WebSocket \(1000\))\.").And.Contain("GET /chat HTTP/1.1, asks for a WebSocket").And.NotContain("\u001b").And.NotContain(token.Trim());
    }

    [Fact]
    public async Task A_connection_that_is_not_there_is_named_and_waited_for()
    {
        await using var server = await ChatServerProcess.Start(_folder.Path);
        var token = await File.ReadAllTextAsync(Path.Combine(_folder.Path, "operator-token"), cancel);
        await using var watch = new Watch(_folder.Path, server.Address.ToString(), "--token", token.Trim(), "--connection", "NOPE");

        await watch.Says($"There is no connection NOPE at {server.Address.GetLeftPart(UriPartial.Authority)}/inspect, or not for you: waiting for one.");
        (await watch.Interrupt()).Should().Be(0);
    }

    [Fact]
    public async Task A_wrong_token_and_a_server_without_an_inspector_are_one_sentence()
    {
        await using var server = new ChatServer();
        (await Run($"{server.Address}", "--token", "wrong")).Should().Be((1, $"{server.Address}inspect does not take this token: give the operator's, which a server keeps in its data folder, or, in place of address and token, the sign-in link that a server or relay prints."));
        (await Run($"{server.Address}nothing", "--token", "t")).Should().Be((1, $"There is no inspector at {server.Address}nothing: check the address and its path, and whether the server has it switched on (Inspector:Enabled)."));
        (await Run("http://127.0.0.1:1", "--token", "t")).Errors.Should().StartWith("Nothing listens at http://127.0.0.1:1/inspect.");
    }

    [Fact]
    public async Task The_sign_in_link_that_a_relay_prints_is_enough()
    {
        var journal = new Journal();
        await using var inspection = await RelayInspection.Open(0, journal);
        await using var watch = new Watch(_folder.Path, inspection.SignInLink, "--layers", "http");
        // The feed tells what comes from its beginning on: until then there is another request.
        var seen = watch.Says("asks for a WebSocket");
        for (var i = 0; !seen.IsCompleted; i++)
        {
            journal.Open($"B{i}", Perspective.Server, "127.0.0.1:1000", "127.0.0.1:80", new SecretNames())
                .Bytes(TapPoint.Plain, Direction.Received, "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"u8);
            await Task.WhenAny(seen, Task.Delay(TimeSpan.FromMilliseconds(500), cancel));
        }

        await seen;
        (await watch.Interrupt()).Should().Be(0);
        var address = new Uri(inspection.SignInLink).GetLeftPart(UriPartial.Authority);
        watch.Everything.Should().NotContain(new Uri(inspection.SignInLink).Query[^20..]);
        (await Run($"{address}/inspect/sign-in?code=wrong")).Should().Be(
            (1, $"{address}/inspect does not take this sign-in link: it is good for the process alone that printed it. Give the one that was printed last."));
    }

    [Theory]
    [InlineData("data: x\n", "")]
    [InlineData("data: ", "x")]
    [InlineData(": comment\r\n", "")]
    public async Task An_event_without_an_end_ends_it(string beginning, string more)
    {
        // What is more than an event may have, and then silence: a server that is waited for would not end it.
        var piece = beginning + string.Concat(Enumerable.Repeat(more.Length == 0 ? beginning : more, 64 * 1024));
        await using var endless = new FeedServer(Enumerable.Repeat(piece, 80));

        (await Run($"{endless.Address}", "--token", "t")).Should().Be(
            (1, $"What answers at {endless.Address}inspect is no inspector: an event of the feed has more than 4,194,304 bytes."));
    }

    [Fact]
    public async Task A_string_that_is_no_text_does_not_end_it()
    {
        static string Event(string summary) => $"data: {{\"connection\":\"a\",\"layer\":\"webSocket\",\"direction\":\"received\",\"kind\":\"message\",\"summary\":\"{summary}\"}}\n\n";
        await using var feed = new FeedServer([Event("half \\ud800 of a pair") + Event("whole")]);
        await using var watch = new Watch(_folder.Path, $"{feed.Address}", "--token", "t");

        await watch.Says("whole");

        watch.Everything.Should().Contain("message           \uFFFD\n").And.NotContain("unexpected");
    }

    [Fact]
    public async Task What_comes_is_printed_in_the_order_of_the_feed_whatever_the_clocks_say()
    {
        static string Event(string connection, int second, string summary) =>
            $"data: {{\"connection\":\"{connection}\",\"at\":\"2026-01-02T12:00:0{second}Z\",\"layer\":\"tcp\",\"direction\":\"local\",\"kind\":\"opened\",\"summary\":\"{summary}\"}}\n\n";
        await using var feed = new FeedServer([Event("a", 1, "first") + Event("b", 4, "second") + Event("a", 3, "third, by a clock that was set back")]);
        await using var watch = new Watch(_folder.Path, $"{feed.Address}", "--token", "t");

        await watch.Says("third");

        var said = watch.Everything.Split('\n').Where(line => line.Contains(" opened ", StringComparison.Ordinal)).Select(line => line.Split(' ')[^1]).ToList();
        said.Should().Equal("first", "second", "back");
    }

    [Theory]
    [InlineData("first")]
    [InlineData("second")]
    public async Task Of_a_process_that_has_numbered_further_than_the_one_before_it_tells_everything(string answersBetween)
    {
        await using var server = await RestartedInspector.Start(answersBetween);
        await using var watch = new Watch(_folder.Path, $"{server.Address}", "--token", "t");

        await watch.Says("told behind");

        watch.Everything.Should().Contain("of the first process").And.Contain("told from the beginning");
    }

    [Fact]
    public async Task A_feed_that_is_cut_before_its_first_event_is_resumed_where_it_began()
    {
        var place = new EventSequence(7, 0, Layer.Tcp, 0).ToString();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var watch = new Watch(_folder.Path, $"http://{listener.LocalEndpoint}/", "--token", "t");

        (await Asked(listener, $"event: ready\ndata: {{}}\nid: {place}\n\n")).Should().NotContain("Last-Event-ID");
        (await Asked(listener, "")).Should().Contain($"Last-Event-ID: {place}\r\n");
    }

    /// <summary>Answers one request with the beginning of a feed, and cuts it.</summary>
    /// <returns>The request.</returns>
    private static async Task<string> Asked(TcpListener listener, string events)
    {
        using var client = await listener.AcceptTcpClientAsync(cancel);
        var request = "";
        var buffer = new byte[8_192];
        while (!request.EndsWith("\r\n\r\n", StringComparison.Ordinal)) request += Encoding.ASCII.GetString(buffer, 0, await client.GetStream().ReadAsync(buffer, cancel));
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + events), cancel);
        return request;
    }

    private async Task<(int Code, string Errors)> Run(params string[] arguments)
    {
        var (code, output, errors) = await ConsoleRun.Piped(_folder.Path, "", ["watch", .. arguments]);
        output.Should().BeEmpty();
        return (code, errors.Trim());
    }

    private static async Task Converse(ChatServerProcess server, string name, string text, Watch watch)
    {
        await using var hub = server.Hub(await server.SignIn(name));
        await hub.StartAsync(cancel);
        await hub.InvokeAsync<RoomState>(nameof(IChatHub.JoinRoom), "lobby", null, cancel);
        // The feed tells what comes from its beginning on: until then the text is posted again.
        var seen = watch.Says(text);
        for (var i = 0; !seen.IsCompleted; i++)
        {
            await hub.InvokeAsync<PostReceipt>(nameof(IChatHub.PostMessage), "lobby", Guid.CreateVersion7(), $"{text} {i}", cancel);
            await Task.WhenAny(seen, Task.Delay(TimeSpan.FromMilliseconds(500), cancel));
        }

        await seen;
    }

    private sealed class Watch : IAsyncDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

        private readonly Process _process;
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
        private readonly List<string> _seen = [];

        public Watch(string home, params string[] arguments)
        {
            _process = ConsoleRun.Start(home, ["watch", .. arguments]);
            _process.OutputDataReceived += (_, line) => Take(line.Data);
            _process.ErrorDataReceived += (_, line) => Take(line.Data);
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
        }

        public string Everything => string.Join('\n', _seen);

        public async Task Says(string text)
        {
            using var patience = new CancellationTokenSource(Patience);
            string line;
            do
            {
                line = await _lines.Reader.ReadAsync(patience.Token);
                _seen.Add(line);
            }
            while (!line.Contains(text, StringComparison.Ordinal));
        }

        public async Task<int> Interrupt()
        {
            await Signals.Send(_process, "INT");
            await _process.WaitForExitAsync(cancel).WaitAsync(Patience, cancel);
            while (_lines.Reader.TryRead(out var line)) _seen.Add(line);
            return _process.ExitCode;
        }

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
        }

        private void Take(string? line)
        {
            if (line is not null) _lines.Writer.TryWrite(line);
        }
    }

    /// <summary>Takes a feed's request, and sends what it was given; then the connection stays as it is.</summary>
    private sealed class FeedServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _end = new();
        private readonly Task _serving;

        public FeedServer(IEnumerable<string> pieces)
        {
            _listener.Start();
            _serving = Serve(pieces);
        }

        public Uri Address => new($"http://{_listener.LocalEndpoint}/");

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            _listener.Dispose();
            await _serving;
            _end.Dispose();
        }

        private async Task Serve(IEnumerable<string> pieces)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_end.Token);
                await client.GetStream().ReadAtLeastAsync(new byte[8_192], 1, true, _end.Token);
                var head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
                foreach (var piece in pieces)
                {
                    await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(head + piece), _end.Token);
                    head = "";
                }

                await client.GetStream().CopyToAsync(Stream.Null, _end.Token);
            }
            catch (Exception gone) when (gone is IOException or OperationCanceledException)
            {
                // It has read enough.
            }
        }
    }
}
