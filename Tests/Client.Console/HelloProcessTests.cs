using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client;

/// <summary><c>hello</c> as a process, in a pipe, against this project's echo and against other servers.</summary>
public sealed class HelloProcessTests(ChatServer server) : IClassFixture<ChatServer>
{
    [Fact]
    public async Task A_line_is_shown_at_every_layer_both_ways_and_so_is_the_close_handshake()
    {
        var (exitCode, output, errors) = await Run("hello\n/close 1001 bye\n", $"{server.Address}hello");

        exitCode.Should().Be(0, errors);
        errors.Should().BeEmpty();
        output.Should().NotContain("\u001b");
        InOrder(output,
            "tcp         -- opened ",
            "http        -> request ", "Sec-WebSocket-Key: ",
            "http        <- upgraded ", "Sec-WebSocket-Accept: ",
            "\n> hello\n",
            "webSocket   -> message           text, 5 B: hello",
            "webSocket   -> frame             text 5 B, masked", "masking key", "68 65 6c 6c 6f          payload, unmasked",
            "webSocket   <- frame             text 5 B\n",
            "webSocket   <- message           text, 5 B: hello",
            "\n< hello\n",
            "\n> /close 1001 bye\n",
            "webSocket   -> close             close 1001 going away: bye",
            "webSocket   <- close             close 1001 going away: bye",
            "tcp         -- closed            by client at webSocket, code 1001, client_closed");
    }

    [Fact]
    public async Task Lines_are_answered_in_order_whatever_their_length_and_kind()
    {
        var longLine = new string('x', 20_000);
        var (exitCode, output, errors) = await Run($"one\n\n{longLine}\n/binary 00 ff\n/ping x\n日本", $"{server.Address}hello", "--layers", "webSocket");

        exitCode.Should().Be(0, errors);
        output.Split('\n').Where(line => line.StartsWith("< ", StringComparison.Ordinal) || line == "<").Select(line => line[Math.Min(2, line.Length)..]).Should().Equal(
            "one", "", $"{new string('x', 400)} … 19600 bytes more", "00 ff", "日本");
        InOrder(output, "> /ping x", "-> ping", "<- pong", "> 日本", "-> close             close 1000", "<- close             close 1000");
        output.Should().NotContain("tcp  ").And.NotContain("http  ").And.Contain("... and 19,936 bytes more");
    }

    [Fact]
    public async Task Hostile_bytes_are_shown_as_text()
    {
        var (_, output, _) = await Run("\e[31mred\e[0m \u202e\r!\n", $"{server.Address}hello");

        output.Should().NotContain("\u001b").And.NotContain("\u202e").And.NotContain("\r").And.Contain("\\u001B[31mred");
    }

    [Theory]
    [InlineData("/nothing-here", "404")]
    [InlineData("/healthz", "200")]
    [InlineData("/chat", "401")]
    public async Task What_is_no_websocket_is_one_or_two_sentences_and_exit_code_1(string path, string status)
    {
        var (exitCode, _, errors) = await Run("hello\n", new Uri(server.Address, path).ToString(), "--layers", "http");

        exitCode.Should().Be(1);
        errors.Trim().Should().Contain(status).And.NotContain("\n").And.NotContain("   at ");
    }

    [Fact]
    public async Task Nobody_there_a_redirect_TLS_and_garbage_each_get_their_own_sentence()
    {
        await using var redirecting = await Start(context =>
        {
            context.Response.Redirect("http://elsewhere.example/ws", permanent: true);
            return Task.CompletedTask;
        });
        using var garbage = new TcpListener(IPAddress.Loopback, 0);
        garbage.Start();
        _ = Answer(garbage, "SSH-2.0-OpenSSH_9.9\r\n");

        (await Run("", "ws://127.0.0.1:9/")).Errors.Should().Contain("Nothing listens at");
        (await Run("", redirecting.Urls.First())).Errors.Should().Contain("sends elsewhere (301)").And.Contain("http://elsewhere.example/ws");
        (await Run("", $"wss://{server.Address.Authority}/hello")).Errors.Should().Contain("does not speak TLS");
        (await Run("", $"ws://{garbage.LocalEndpoint}/")).Errors.Should().Contain("not HTTP");
        (await Run("", "ftp://x")).ExitCode.Should().Be(2);
        (await Run("", "--layers", "tcp,foo")).Should().Match<(int ExitCode, string Output, string Errors)>(run => run.ExitCode == 2 && run.Errors.Contains("There is no layer 'foo'"));
    }

    [Fact]
    public async Task A_server_that_never_answers_was_given_up_by_this_side()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        var (exitCode, output, errors) = await Run("", $"ws://{silent.LocalEndpoint}/", "--wait", "0.5");

        exitCode.Should().Be(1);
        errors.Should().Contain("did not answer in time");
        output.Should().Contain("closed            by client at tcp, client_closed: The client gave up before the answer to its request for a WebSocket was complete.");
    }

    [Theory]
    [InlineData("Upgrade: websocket", "by client at http, protocol_error: The server broke the WebSocket protocol, and the client cut the connection: Sec-WebSocket-Accept does not belong")]
    [InlineData("Upgrade: h2c", "by server at http, code 101, upgrade_refused: The server switched to another protocol than WebSocket (101).")]
    public async Task A_101_that_is_wrong_is_told_with_what_is_wrong(string upgrade, string close)
    {
        using var wrong = new TcpListener(IPAddress.Loopback, 0);
        wrong.Start();
        _ = Answer(wrong, $"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n{upgrade}\r\nSec-WebSocket-Accept: AAAA\r\n\r\n");

        var (exitCode, output, errors) = await Run("", $"ws://{wrong.LocalEndpoint}/");

        exitCode.Should().Be(1);
        errors.Should().Contain("answered 101, but not as RFC 6455 4.2.2 asks: ").And.NotContain("instead of 101");
        output.Should().Contain($"closed            {close}");
    }

    [Fact]
    public async Task A_server_that_answers_nothing_leaves_the_line_unanswered_and_a_rude_one_breaks_off()
    {
        await using var silent = await Start(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[100];
            while ((await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted)).MessageType != System.Net.WebSockets.WebSocketMessageType.Close)
            {
            }

            await socket.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        });
        await using var rude = await Start(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.ReceiveAsync(new byte[100].AsMemory(), context.RequestAborted);
            context.Abort();
        });

        var unanswered = await Run("hello\n", silent.Urls.First(), "--wait", "0.5");
        unanswered.ExitCode.Should().Be(1);
        unanswered.Errors.Trim().Should().Be("Line 1 got no answer within 0.5 s.");
        var broken = await Run("hello\nagain\n", rude.Urls.First());
        broken.ExitCode.Should().Be(1);
        broken.Errors.Should().Contain("Line 1 got no answer.").And.Contain("broke without a Close frame");
        broken.Output.Should().Contain("tcp         -- closed");
    }

    [Fact]
    public async Task Greetings_and_faults_of_a_hostile_server_are_shown_harmlessly_and_every_line_is_answered()
    {
        await using var greeting = await Start(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[100];
            await socket.SendAsync("\e[31mwelcome\u0085"u8.ToArray(), System.Net.WebSockets.WebSocketMessageType.Text, true, context.RequestAborted);
            while (true)
            {
                var piece = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
                if (piece.MessageType == System.Net.WebSockets.WebSocketMessageType.Close) break;
                await socket.SendAsync(buffer.AsMemory(0, piece.Count), piece.MessageType, true, context.RequestAborted);
            }

            await socket.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        });
        await using var breaking = await Start(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var stream = ((KeptUpgrade)context.Features.Get<IHttpUpgradeFeature>()!).Stream!;
            // FIN, RSV1-3 and a length that no stream can hold.
            await stream.WriteAsync(new byte[] { 0xf3, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, context.RequestAborted);
            await stream.CopyToAsync(Stream.Null, context.RequestAborted);
        });

        var greeted = await Run("one\ntwo\n", greeting.Urls.First());
        greeted.ExitCode.Should().Be(0, greeted.Errors);
        greeted.Output.Should().NotContain("\u001b").And.NotContain("\u0085");
        InOrder(greeted.Output, "< \\u001B[31mwelcome\\u0085\n", "< one\n", "< two\n");
        var broken = await Run("one\n", breaking.Urls.First());
        broken.ExitCode.Should().Be(1);
        broken.Output.Should().Contain("webSocket   <- fault             A reserved bit is set without an extension that gives it a meaning. (RFC 6455 5.2)");
        broken.Errors.Should().Contain("broke without a Close frame");
    }

    [Fact]
    public async Task A_server_that_says_goodbye_ends_it_though_the_input_is_still_open()
    {
        await using var brief = await Start(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.CloseAsync((System.Net.WebSockets.WebSocketCloseStatus)4000, "that was all", context.RequestAborted);
        });
        var start = new ProcessStartInfo("dotnet", ["exec", Repository.ConsoleProgram, "hello", brief.Urls.First()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        process.ExitCode.Should().Be(1);
        errors.Should().Contain("The server closed the WebSocket (4000, that was all).").And.Contain("ended before the input did");
        (await output).Should().Contain("closed            by server at webSocket, code 4000, server_closed");
    }

    private static Task<(int ExitCode, string Output, string Errors)> Run(string input, params string[] arguments) => ConsoleProgram.Run(input, [], ["hello", .. arguments]);

    private static void InOrder(string output, params string[] parts)
    {
        var at = 0;
        foreach (var part in parts)
        {
            var found = output.IndexOf(part, at, StringComparison.Ordinal);
            found.Should().BeGreaterThanOrEqualTo(0, $"'{part}' follows in:\n{output[at..]}");
            at = found + part.TrimEnd('\n').Length;
        }
    }

    private static async Task Answer(TcpListener listener, string greeting)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(greeting));
        // The connection stays until the other side has read that.
        await client.GetStream().CopyToAsync(Stream.Null);
    }

    private static async Task<WebApplication> Start(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Use((context, next) =>
        {
            if (context.Features.Get<IHttpUpgradeFeature>() is { } upgrade) context.Features.Set<IHttpUpgradeFeature>(new KeptUpgrade(upgrade));
            return next(context);
        });
        app.UseWebSockets();
        app.Run(answer);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    /// <summary>Keeps the stream below a WebSocket, to write there what no WebSocket would.</summary>
    private sealed class KeptUpgrade(IHttpUpgradeFeature inner) : IHttpUpgradeFeature
    {
        public Stream? Stream { get; private set; }

        public bool IsUpgradableRequest => inner.IsUpgradableRequest;

        public async Task<Stream> UpgradeAsync() => Stream = await inner.UpgradeAsync();
    }
}
