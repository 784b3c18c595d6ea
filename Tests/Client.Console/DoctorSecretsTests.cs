using System.Net;
using System.Net.Sockets;
using System.Text;
using RealtimeHello.Client.Doctor;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client;

/// <summary><c>doctor</c> never shows its token, whatever a server does with it; and hides nothing else for it.</summary>
public sealed class DoctorSecretsTests
{
    private const string Token = "s3cr+t/t0ken-of=ada";

    [Theory]
    [InlineData("HTTP/SECRET\r\n\r\n")]
    [InlineData("HTTP/1.1 302 Found SECRET\r\nServer: SECRET\r\nLocation: /login?access_token=SECRET&back=ENCODED#SECRET\r\nX-Echo: Bearer SECRET\r\nContent-Length: 6\r\n\r\nSECRET")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nAuthorization: Bearer SECRET\r\nX-Echo: Bearer SECRET\r\nX-Url: /chat?t=ENCODED\r\n\r\n")]
    [InlineData("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer error=\"SECRET\"\r\nContent-Length: 6\r\n\r\nSECRET")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"error\":\"not SECRET\"}")]
    public async Task What_a_server_echoes_is_masked(string answer)
    {
        await using var echo = new Echo(answer.Replace("SECRET", Token, StringComparison.Ordinal).Replace("ENCODED", Uri.EscapeDataString(Token), StringComparison.Ordinal));
        var said = "";
        foreach (var more in (string[][])[[], ["--json"], ["--hub", "/chat", "--json"], ["--hub", "/chat"]])
        {
            var (_, output, errors) = await Examine($"ws://127.0.0.1:{echo.Port}/", ["--token", Token, .. more]);

            said += output;
            output.Should().NotContain(Token).And.NotContain(Uri.EscapeDataString(Token)).And.NotContain("s3cr").And.NotContain("of=ada");
            errors.Should().BeEmpty();
        }

        said.Should().Contain("****");
    }

    [Fact]
    public async Task A_short_token_hides_only_what_stands_where_tokens_do()
    {
        await using var echo = new Echo("HTTP/1.1 302 Found\r\nLocation: /T/login?access_token=T\r\nX-Original-Authorization: T\r\nX-Echo: Bearer T\r\nContent-Length: 0\r\n\r\n");
        var (_, output, _) = await Examine($"ws://127.0.0.1:{echo.Port}/Topics?access_token=T", "--token", "T");

        output.Should().Contain("> GET /Topics?access_token=**** HTTP/1.1").And.Contain("> Authorization: Bearer ****").And.Contain("< HTTP/1.1 302 Found")
            .And.Contain("< Location: /T/login?access_token=****").And.Contain("< X-Original-Authorization: ****").And.Contain("< X-Echo: Bearer ****");
    }

    [Theory]
    [InlineData("at s3cr+t/t0ken-of=ada!", "at ****!")]
    [InlineData("at s3cr%2Bt%2ft0ken-of%3Dada", "at ****")]
    [InlineData("at s3cr%252Bt%252Ft0ken-of%253Dada", "at ****")]
    [InlineData("""{"a":"s3cr\u002Bt\/t0ken-of=ada"}""", """{"a":"****"}""")]
    [InlineData("<p>s3cr&#43;t/t0ken-of&#x3D;ada</p>", "<p>****</p>")]
    [InlineData("cut off: s3cr+t/t0…", "cut off: ****…")]
    [InlineData("cut off: s3cr+t/t0", "cut off: ****")]
    [InlineData("cut off: s3cr%2Bt%2Ft0ken-of%3", "cut off: ****%3")]
    [InlineData("s3cr+t/t1", "s3cr+t/t1")]
    [InlineData("/in?access_token=other&x=1", "/in?access_token=****&x=1")]
    [InlineData("/in?to=%2F%3Faccess%5Ftoken%3Dother%26x&y=1", "/in?to=%2F%3Faccess%5Ftoken%3D****%26x&y=1")]
    [InlineData("exit code=5", "exit code=5")]
    [InlineData("""{"accessToken": "other", "x": 1}""", """{"accessToken": "****", "x": 1}""")]
    public void It_is_found_however_it_is_written(string text, string shown) => new SecretText(Token).In(text).Should().Be(shown);

    private static Task<(int ExitCode, string Output, string Errors)> Examine(string address, params string[] arguments) => ConsoleProgram.Run("", [], ["doctor", address, .. arguments]);

    /// <summary>Says the same to everybody who asked something, then ends.</summary>
    private sealed class Echo : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _serving;

        public Echo(string answer)
        {
            _listener.Start();
            _serving = Serve(Encoding.Latin1.GetBytes(answer));
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
        }

        private async Task Serve(byte[] answer)
        {
            while (true)
            {
                try
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    if (await client.GetStream().ReadAsync(new byte[8192]) > 0) await client.GetStream().WriteAsync(answer);
                }
                catch (IOException)
                {
                    // The doctor leaves when it has seen enough.
                }
                catch (Exception over) when (over is SocketException or ObjectDisposedException or InvalidOperationException)
                {
                    return;
                }
            }
        }
    }
}
