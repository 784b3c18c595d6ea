using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RealtimeHello.Tests.Catalogue;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client;

/// <summary><c>doctor</c>, as a process, against servers of other kinds, and against what means harm.</summary>
public sealed class DoctorElsewhereTests
{
    private static readonly CancellationToken cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Socket_IO_is_found_at_its_usual_path_though_nothing_else_answers()
    {
        await using var server = await NodeServer.Start("socketio-server.mjs");
        var (code, output, _) = await Doctor($"http://127.0.0.1:{server.Port}");

        code.Should().Be(0, output);
        output.Should().Contain("Socket.IO (Engine.IO 4) answers at /socket.io/, the server pings every 25 s: examined there")
            .And.Contain("Engine.IO, as Socket.IO uses it, opened").And.Contain("> GET /socket.io/?EIO=4&transport=websocket HTTP/1.1 ").And.Contain("a ping was answered in");
        // The address of its WebSocket itself.
        (await Doctor($"ws://127.0.0.1:{server.Port}/socket.io/?EIO=4&transport=websocket")).Output.Should().Contain("Healthy");
    }

    [Fact]
    public async Task A_plain_WebSocket_server_of_npm_gets_pings_fragments_and_large_messages()
    {
        await using var server = await NodeServer.Start("ws-server.mjs");
        var (code, output, _) = await Doctor($"ws://127.0.0.1:{server.Port}");

        code.Should().Be(0, output);
        output.Should().Contain("a plain WebSocket that echoes").And.Contain("a message of two fragments with a ping between came back whole")
            .And.Contain("a message of 16 KB came back in").And.Contain("a message of 64 KB came back in").And.Contain("Warning: any page may connect");
    }

    [Fact]
    public async Task Phoenix_is_found_at_its_usual_path()
    {
        await using var server = await NodeServer.Start("phoenix-server.mjs");
        var (code, output, _) = await Doctor($"http://127.0.0.1:{server.Port}/");

        code.Should().Be(0, output);
        output.Should().Contain("/socket/websocket?vsn=2.0.0, where Phoenix has its own: examined there").And.Contain("Phoenix Channels answered a heartbeat");
    }

    [Fact]
    public async Task A_hub_beside_a_start_page_is_found_at_its_usual_path()
    {
        await using var application = await MisconfiguredApplication.Start(app =>
        {
            app.MapGet("/", () => Results.Redirect("/home"));
            app.MapHub<MisconfiguredApplication.EmptyHub>("/chathub");
        });
        var (code, output, errors) = await Doctor($"http://127.0.0.1:{application.Port}", "--keep-alive", "0");

        code.Should().Be(0, output + errors);
        output.Should().Contain("no WebSocket at /, but a SignalR hub at /chathub\n").And.Contain("examined at /chathub\n").And.Contain("10 of 10 negotiations").And.Contain("Healthy");
    }

    [Theory]
    [InlineData("a redirect loop", "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", "these redirects go in a circle")]
    [InlineData("a body without an end", "HTTP/1.1 200 OK\r\n\r\n", ", no_path)")]
    [InlineData("a chunk of 2^60 bytes", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000000000000000\r\n", ", no_path)")]
    [InlineData("a negotiation that is no JSON", "HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n{\"availableTransports\":", ", upgrade_ignored)")]
    public async Task A_hostile_answer_is_named_within_its_limits(string what, string answer, string said)
    {
        await using var hostile = new OneAnswer(stream => stream.WriteAsync(Encoding.Latin1.GetBytes(answer), cancel).AsTask());
        var (code, output, errors) = await Doctor($"ws://127.0.0.1:{hostile.Port}/");

        code.Should().Be(1, what);
        output.Should().Contain(said).And.NotContain("\u001b");
        errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_slow_drip_and_a_frame_without_an_end_do_not_hold_the_doctor()
    {
        await using var drip = new OneAnswer(async stream =>
        {
            foreach (var b in "HTTP/1.1 200 OK\r\nX: this takes for ever, byte by byte, and never ends"u8.ToArray())
            {
                await stream.WriteAsync(new[] { b }, cancel);
                await Task.Delay(300, cancel);
            }
        });
        var start = Stopwatch.GetTimestamp();
        var (code, output, _) = await Doctor($"ws://127.0.0.1:{drip.Port}/");
        code.Should().Be(1);
        output.Should().Contain("bytes and then nothing");
        Stopwatch.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(25));

        await using var frames = new OneAnswer(async stream =>
        {
            await stream.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "u8.ToArray(), cancel);
            await stream.WriteAsync("wrong\r\n\r\n"u8.ToArray(), cancel);
        });
        (await Doctor($"ws://127.0.0.1:{frames.Port}/")).Output.Should().Contain(", wrong_accept)");
    }

    [Fact]
    public async Task The_report_for_scripts_has_both_heads_and_no_secret()
    {
        await using var server = await NodeServer.Start("ws-server.mjs");
        var (code, output, _) = await Doctor($"ws://127.0.0.1:{server.Port}", "--json", "--token", "very-secret");

        code.Should().Be(0, output);
        output.Should().NotContain("very-secret");
        var upgrade = JsonDocument.Parse(output).RootElement.GetProperty("findings").EnumerateArray().Single(finding => finding.GetProperty("layer").GetString() == "upgrade");
        upgrade.GetProperty("heads").GetProperty("sent").EnumerateArray().Select(line => line.GetString()).Should().Contain("Authorization: Bearer ****");
        upgrade.GetProperty("heads").GetProperty("received")[0].GetString().Should().Be("HTTP/1.1 101 Switching Protocols");
    }

    private static Task<(int ExitCode, string Output, string Errors)> Doctor(params string[] arguments) => ConsoleProgram.Run("", [], ["doctor", .. arguments]);

    /// <summary>Gives everybody who asked something the same answer, and waits until they leave.</summary>
    private sealed class OneAnswer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _accepting;

        public OneAnswer(Func<Stream, Task> answer)
        {
            _listener.Start();
            _accepting = Accept(answer);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _accepting;
        }

        private async Task Accept(Func<Stream, Task> answer)
        {
            try
            {
                while (true) _ = Serve(await _listener.AcceptTcpClientAsync(), answer);
            }
            catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private static async Task Serve(TcpClient client, Func<Stream, Task> answer)
        {
            using var _ = client;
            try
            {
                if (await client.GetStream().ReadAsync(new byte[4096]) == 0) return;
                await answer(client.GetStream());
                while (await client.GetStream().ReadAsync(new byte[4096]) > 0)
                {
                }
            }
            catch (Exception gone) when (gone is IOException or OperationCanceledException)
            {
                // The doctor leaves when it has seen enough.
            }
        }
    }
}
