using System.Net.WebSockets;
using System.Text.Json;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Server;

/// <summary>What is believed of X-Forwarded-For and X-Forwarded-Proto, and of whom.</summary>
public sealed class TrustedProxiesTests
{
    private const string Operator = "an-operator-token-of-the-test-0123456789";

    [Fact]
    public async Task A_trusted_proxy_is_believed_and_the_real_client_is_shown_and_logged()
    {
        await using var server = Server("127.0.0.1");
        using var socket = await Hello(server, ("X-Forwarded-For", "203.0.113.7"));

        var connection = await Shown(server);
        connection.GetProperty("remote").GetString().Should().Be("203.0.113.7");
        connection.GetProperty("proxy").GetString().Should().StartWith("127.0.0.1:");
        await server.Logged("for the client 203.0.113.7, by the proxy 127.0.0.1:");
    }

    [Theory]
    [InlineData("198.51.100.1, 203.0.113.7", "203.0.113.7")]
    [InlineData("203.0.113.7, 10.1.2.3", "203.0.113.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    public async Task The_first_address_from_the_near_end_that_is_not_trusted_is_the_client(string forwarded, string client)
    {
        await using var server = Server("127.0.0.0/8", "10.0.0.0/8");
        using var socket = await Hello(server, ("X-Forwarded-For", forwarded));

        (await Shown(server)).GetProperty("remote").GetString().Should().Be(client);
    }

    [Theory]
    [InlineData]
    [InlineData("10.0.0.0/8")]
    public async Task Nobody_else_is_believed(params string[] trusted)
    {
        await using var server = Server(trusted);
        using var socket = await Hello(server, ("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-Proto", "https"));

        var connection = await Shown(server);
        connection.GetProperty("remote").GetString().Should().StartWith("127.0.0.1:");
        connection.GetProperty("proxy").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public async Task Behind_a_trusted_proxy_with_tls_the_servers_own_origin_is_https()
    {
        await using var server = Server("127.0.0.1");
        var origin = $"https://127.0.0.1:{server.Address.Port}";
        using var socket = await Hello(server, ("X-Forwarded-Proto", "https"), ("Origin", origin));
        socket.State.Should().Be(WebSocketState.Open);

        await using var distrustful = Server();
        var refused = async () => await Hello(distrustful, ("X-Forwarded-Proto", "https"), ("Origin", $"https://127.0.0.1:{distrustful.Address.Port}"));
        (await refused.Should().ThrowAsync<WebSocketException>()).WithMessage("*403*");
    }

    [Fact]
    public async Task An_entry_that_is_no_address_keeps_the_server_from_starting_with_a_sentence()
    {
        using var folder = new TemporaryFolder();
        var (exitCode, _, errors) = await ChatServerProcess.Run("--urls", "http://127.0.0.1:0", "--data", folder.Path, "--Proxies:Trusted:0=localhost/8");

        exitCode.Should().NotBe(0);
        errors.Should().Contain("Proxies:Trusted holds 'localhost/8'").And.NotContain("   at ");
    }

    private static ChatServer Server(params string[] trusted) => new()
    {
        Settings = [("Inspector:OperatorToken", Operator), .. trusted.Select((entry, index) => ($"Proxies:Trusted:{index}", entry))],
    };

    private static async Task<ClientWebSocket> Hello(ChatServer server, params (string Name, string Value)[] fields)
    {
        var socket = new ClientWebSocket();
        foreach (var (name, value) in fields) socket.Options.SetRequestHeader(name, value);
        var address = new UriBuilder(new Uri(server.Address, "/hello")) { Scheme = "ws", Host = "127.0.0.1" }.Uri;
        await socket.ConnectAsync(address, TestContext.Current.CancellationToken);
        return socket;
    }

    private static async Task<JsonElement> Shown(ChatServer server)
    {
        using var http = server.Http();
        http.DefaultRequestHeaders.Authorization = new("Bearer", Operator);
        using var list = JsonDocument.Parse(await http.GetStringAsync(new Uri("/inspect/connections", UriKind.Relative), TestContext.Current.CancellationToken));
        return list.RootElement.GetProperty("items").EnumerateArray().Should().ContainSingle().Subject.Clone();
    }
}
