using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client;

/// <summary><c>doctor</c> as a process, against this chat and against ports that answer wrongly.</summary>
public sealed class DoctorTests(ChatServer server) : IClassFixture<ChatServer>
{
    [Fact]
    public async Task The_plain_websocket_is_healthy()
    {
        var (exitCode, output, errors) = await Examine($"{server.Address}hello");

        exitCode.Should().Be(0, output + errors);
        output.Should().Contain("echoes").And.Contain("belongs to the key").And.Contain("foreign-origin.invalid got 403").And.Contain("Healthy");
    }

    [Fact]
    public async Task A_hub_without_a_token_fails_and_the_fix_is_to_pass_one()
    {
        var (exitCode, output, _) = await Examine($"{server.Address}", "--hub", "/chat");

        exitCode.Should().Be(1);
        output.Should().Contain("not_signed_in").And.Contain("--token").And.Contain("POST /session");
    }

    [Fact]
    public async Task A_hub_with_a_token_is_healthy_stays_alive_and_the_token_is_not_shown()
    {
        var token = (await server.SignIn("doctored")).AccessToken;
        var (exitCode, output, errors) = await Examine($"{server.Address}", "--hub", "/chat", "--token", token, "--idle", "1", "--keep-alive", "0", "--json");

        exitCode.Should().Be(0, output + errors);
        output.Should().NotContain(token).And.Contain("skipNegotiation").And.Contain("the handshake for MessagePack is answered too");
        using var report = JsonDocument.Parse(output);
        report.RootElement.GetProperty("healthy").GetBoolean().Should().BeTrue();
        report.RootElement.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("layer").GetString())
            .Should().Equal("name", "tcp", "http", "negotiate", "upgrade", "origin", "signalR", "messagePack", "idle");
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Interrupted_it_tells_what_it_saw_until_then_and_that_nobody_knows_the_rest(string signal)
    {
        using var report = JsonDocument.Parse(await Interrupt(signal, "--json"));
        report.RootElement.GetProperty("interrupted").GetBoolean().Should().BeTrue();
        report.RootElement.GetProperty("healthy").ValueKind.Should().Be(JsonValueKind.Null);
        report.RootElement.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("layer").GetString()).Should().Equal("name", "tcp");
        (await Interrupt(signal)).Should().Contain("tcp ").And.EndWith("Interrupted: the rest was not probed.\n").And.NotContain("http ");
    }

    [Fact]
    public async Task Of_a_healthy_server_no_connection_is_left_that_looks_as_if_its_client_had_been_killed()
    {
        await using var own = new ChatServer();
        var token = (await own.SignIn("ada")).AccessToken;
        (await Examine($"{own.Address}hello")).ExitCode.Should().Be(0);
        (await Examine($"{own.Address}", "--hub", "/chat", "--token", token, "--keep-alive", "0")).ExitCode.Should().Be(0);

        var journal = own.Services.GetRequiredService<Journal>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (journal.Connections.Any(record => record.Close is null)) await Task.Delay(20, limit.Token);
        var upgraded = journal.Connections.Where(record => record.Facts.Upgraded).ToList();
        upgraded.Should().HaveCountGreaterThan(4);
        upgraded.Select(record => record.Close!.Cause).Should().OnlyContain(cause => cause == CloseCauses.ClientClosed);
    }

    [Fact]
    public async Task A_wrong_path_is_named()
    {
        var (exitCode, output, _) = await Examine($"{server.Address}nothing-here");

        exitCode.Should().Be(1);
        output.Should().Contain("wrong_path").And.NotContain("nginx", "no proxy was seen");
    }

    [Fact]
    public async Task A_healthy_server_without_a_path_is_examined_where_its_WebSocket_opens_and_its_hub_is_named()
    {
        var (exitCode, output, errors) = await Examine($"{server.Address}");

        exitCode.Should().Be(0, output + errors);
        output.Should().Contain("no WebSocket at /, but a SignalR hub at /chat, a WebSocket at /hello\n").And.Contain("examined at /hello\n")
            .And.Contain("Warning: the hub at /chat was not examined: it answers 401. Ask there: --hub /chat --token T\n")
            .And.Contain("a plain WebSocket that echoes").And.Contain("Healthy").And.NotContain("failed").And.NotContain("nginx");
    }

    [Fact]
    public async Task With_a_token_and_without_a_path_the_hub_is_examined()
    {
        var token = (await server.SignIn("pathless")).AccessToken;
        var (exitCode, output, errors) = await Examine($"{server.Address}", "--token", token, "--keep-alive", "0");

        exitCode.Should().Be(0, output + errors);
        output.Should().Contain("examined at /chat\n").And.Contain($"not examined: ws://{server.Address.Authority}/hello\n")
            .And.Contain("SignalR answered the handshake for JSON").And.Contain("Healthy").And.NotContain("Warning");
    }

    [Fact]
    public async Task An_echo_is_no_hub()
    {
        var (exitCode, output, _) = await Examine($"{server.Address}", "--hub", "/hello");

        exitCode.Should().Be(1);
        output.Should().Contain("not_signalr");
    }

    [Fact]
    public async Task TLS_to_a_plain_port_is_named()
    {
        var (exitCode, output, _) = await Examine($"wss://localhost:{server.Address.Port}/hello");

        exitCode.Should().Be(1);
        output.Should().Contain("not_tls");
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var (exitCode, output, _) = await Examine($"ws://127.0.0.1:{port}/");

        exitCode.Should().Be(1);
        output.Should().Contain("nothing_listens");
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "not_http")]
    [InlineData("\u001b[2J\u001b[31mhaha", "not_http")]
    [InlineData("", "ended_without_answer")]
    [InlineData("HTTP/1.1 301 Moved\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", "redirect")]
    [InlineData("HTTP/1.1 307 Moved\r\nLocation: https://h/\r\nContent-Length: 0\r\n\r\n", "https_redirect")]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\nServer: nginx\r\nContent-Length: 0\r\n\r\n", "backend_down")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi", "no_path")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nServer: nginx\r\nContent-Length: 2\r\n\r\nhi", "page_swallowed_path")]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "no_path")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 22\r\n\r\nConnection ID required", "upgrade_stripped")]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 26\r\n\r\nNo Connection with that ID", "no_sticky_session")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: wrong\r\n\r\n", "wrong_accept")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nServer: Microsoft-IIS/10.0\r\n\r\n", "iis_feature")]
    public async Task What_answers_wrongly_is_named(string answer, string cause)
    {
        await using var wrong = new WrongServer(Encoding.Latin1.GetBytes(answer));
        var (exitCode, output, errors) = await Examine($"ws://127.0.0.1:{wrong.Port}/");

        exitCode.Should().Be(1, errors);
        output.Should().Contain($", {cause})").And.NotContain("\u001b");
        errors.Should().BeEmpty();
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi")]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")]
    public async Task A_server_with_nothing_at_its_address_is_no_broken_network_and_a_path_is_asked_for(string answer)
    {
        await using var other = new WrongServer(Encoding.Latin1.GetBytes(answer));
        var (exitCode, output, _) = await Examine($"http://127.0.0.1:{other.Port}");

        exitCode.Should().Be(1, "no hub was seen to work");
        output.Should().Contain("The server answers, but no hub or other WebSocket is at this path, which is / alone.")
            .And.Contain("Fix: Give the path where the server maps it: --hub PATH");
    }

    [Theory]
    [InlineData("ws", "Try wss:// instead of ws://, and check")]
    [InlineData("http", "Try https:// instead of http://, and check")]
    public async Task A_fix_is_written_with_the_scheme_that_was_asked_for(string scheme, string fix)
    {
        await using var silent = new WrongServer([]);

        (await Examine($"{scheme}://127.0.0.1:{silent.Port}/")).Output.Should().Contain(fix);
        (await Examine($"{scheme}://127.0.0.1:{silent.Port}/", "--hub", "/chat")).Output.Should().Contain(fix);
    }

    [Theory]
    [InlineData("wss", "Write ws:// instead of wss://")]
    [InlineData("https", "Write http:// instead of https://")]
    public async Task A_fix_without_TLS_too(string scheme, string fix) =>
        (await Examine($"{scheme}://localhost:{server.Address.Port}/hello")).Output.Should().Contain(fix);

    [Theory]
    [InlineData("{\"title\":\"Foreign origin\",\"detail\":\"Pages of another origin may not talk to this server.\"}", "certain, origin_refused")]
    [InlineData("Blocked request. This host is not allowed.", "certain, allowed_hosts")]
    [InlineData("<h1>403 Forbidden</h1>Request forbidden by administrative rules.", "certain, access_refused")]
    [InlineData("", "likely, origin_refused")]
    public async Task What_forbids_is_told_where_the_answer_tells_it(string body, string cause)
    {
        await using var forbidding = new WrongServer(Encoding.Latin1.GetBytes($"HTTP/1.1 403 Forbidden\r\nContent-Length: {body.Length}\r\n\r\n{body}"));

        (await Examine($"ws://127.0.0.1:{forbidding.Port}/chat")).Output.Should().Contain($"Cause ({cause}):");
    }

    [Fact]
    public async Task A_foreign_origin_is_told_by_the_doctor_and_by_the_inspector()
    {
        await using var own = new ChatServer();
        var (exitCode, output, _) = await Examine($"{own.Address}hello", "--origin", "https://elsewhere.example.org");

        exitCode.Should().Be(1);
        output.Should().Contain("Cause (certain, origin_refused): The server does not let pages of this origin connect.").And.Contain("Chat:AllowedOrigins");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var journal = own.Services.GetRequiredService<Journal>();
        while (!journal.Connections.Any(record => record.Close is { Code: 403 })) await Task.Delay(20, limit.Token);
        journal.Connections.First(record => record.Close is { Code: 403 }).Close!.Sentence.Should().Be("The server refused the WebSocket with 403 Forbidden: it does not let pages of this origin connect.");
    }

    [Fact]
    public async Task A_head_without_an_end_is_named()
    {
        await using var wrong = new WrongServer(Encoding.Latin1.GetBytes("HTTP/1.1 200 OK\r\nX: " + new string('x', 100_000)));
        var (exitCode, output, _) = await Examine($"ws://127.0.0.1:{wrong.Port}/");

        exitCode.Should().Be(1);
        output.Should().Contain("head_too_long");
    }

    [Fact]
    public async Task Silence_is_named_within_its_limit()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var (exitCode, output, _) = await Examine($"ws://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");

        exitCode.Should().Be(1);
        output.Should().Contain(", silent)");
    }

    [Theory]
    [InlineData("localhost", 30, "certificate_untrusted")]
    [InlineData("other.example", 30, "certificate_name")]
    [InlineData("localhost", -1, "certificate_expired")]
    public async Task A_wrong_certificate_is_named(string name, int days, string cause)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-10), DateTimeOffset.UtcNow.AddDays(days));
        await using var wrong = new WrongServer([], certificate);
        var (exitCode, output, _) = await Examine($"wss://localhost:{wrong.Port}/", "--token", "never-sent");

        exitCode.Should().Be(1);
        output.Should().Contain($", {cause})").And.NotContain("never-sent");
    }

    /// <summary>Interrupts it in the middle of its third probe, and returns what it printed.</summary>
    private static async Task<string> Interrupt(string signal, params string[] more)
    {
        using var home = new TemporaryFolder();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var process = ConsoleRun.Start(home.Path, [.. (string[])["doctor", $"ws://{silent.LocalEndpoint}/"], .. more]);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        // The TCP probe connects and leaves; the next one asks, and waits for an answer.
        using var first = await silent.AcceptTcpClientAsync(limit.Token);
        using var second = await silent.AcceptTcpClientAsync(limit.Token);
        await second.GetStream().ReadExactlyAsync(new byte[1], limit.Token);

        await Signals.Send(process, signal);
        await process.WaitForExitAsync(limit.Token);

        process.ExitCode.Should().Be(130);
        return await output;
    }

    private static Task<(int ExitCode, string Output, string Errors)> Examine(params string[] arguments) => ConsoleProgram.Run("", [], ["doctor", .. arguments]);

    /// <summary>Says the same to everybody who asked something, then ends.</summary>
    private sealed class WrongServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly byte[] _answer;
        private readonly X509Certificate2? _certificate;
        private readonly Task _serving;

        public WrongServer(byte[] answer, X509Certificate2? certificate = null)
        {
            _answer = answer;
            _certificate = certificate;
            _listener.Start();
            _serving = Serve();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
        }

        private async Task Serve()
        {
            while (true)
            {
                try
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    await Answer(client.GetStream());
                }
                catch (Exception over) when (over is SocketException or ObjectDisposedException or InvalidOperationException)
                {
                    return;
                }
            }
        }

        private async Task Answer(Stream stream)
        {
            try
            {
                if (_certificate is not null)
                {
                    await using var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(_certificate);
                    return;
                }

                // The TCP probe asks nothing.
                if (await stream.ReadAsync(new byte[8192]) > 0) await stream.WriteAsync(_answer);
            }
            catch (Exception gone) when (gone is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The doctor leaves when it has seen enough.
            }
        }
    }
}
