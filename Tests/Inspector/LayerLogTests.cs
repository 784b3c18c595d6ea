using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Inspector;

/// <summary>Connections to the real server, each ended in another way, and what journal and log say of it.</summary>
public sealed class LayerLogTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ChatServer server = new();

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task The_log_tells_a_connections_story_from_accept_to_close()
    {
        using (var socket = await Handshaken())
        {
            await Send(socket, "{\"type\":1,\"invocationId\":\"1\",\"target\":\"JoinRoom\",\"arguments\":[\"lobby\",null]}\u001e");
            for (var received = ""; !received.Contains("\"type\":3", StringComparison.Ordinal);) received = await Receive(socket);
            await socket.SendAsync(new byte[] { 0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8 }); // a Close frame, masked with zeros: 1000
            await Receive(socket);
        }

        var record = await Closed(CloseCauses.ClientClosed);
        var story = await Story(record.Id);

        story.Should().ContainInOrder(Lines(story, "Tcp", "opened", "Http", "request", "Http", "upgraded", "SignalR", "handshakeRequest", "Hub", "connected", "Hub", "groupJoined", "WebSocket", "close", "Tcp", "closed"));
        story.Should().ContainSingle(line => line.Contains("connected: ChatHub: ada, over json", StringComparison.Ordinal));
        story[^1].Should().Contain("by client at webSocket, code 1000, client_closed").And.MatchRegex(@"received \d+ B in \d+ frames, sent \d+ B in \d+ frames");
        server.Log.Should().NotContain(line => line.Contains("Bearer", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_dotnet_client_says_goodbye_in_a_hub_message(bool messagePack)
    {
        var hub = await server.Connect("ada", messagePack);
        await hub.DisposeAsync();

        (await Closed(CloseCauses.ClientClosed)).Close!.By.Should().Be(ClosedBy.Client);
    }

    [Fact]
    public async Task A_client_that_is_cut_off_has_vanished()
    {
        using (var socket = await Handshaken()) socket.Shutdown(SocketShutdown.Both);

        (await Closed(CloseCauses.ClientVanished)).Close!.Layer.Should().Be(RealtimeHello.Layers.Layer.Tcp);
    }

    [Fact]
    public async Task A_reset_is_the_networks()
    {
        using (var socket = await Handshaken()) socket.LingerState = new LingerOption(true, 0);

        (await Closed(CloseCauses.NetworkReset)).Close!.By.Should().Be(ClosedBy.Network);
    }

    [Fact]
    public async Task The_kernels_figures_are_there_while_it_lives_and_afterwards()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "tcp_info is Linux's own.");
        using (await Handshaken())
        {
            var open = server.Services.GetRequiredService<Journal>().Connections.Single(connection => connection.AskedForWebSocket);
            open.ReadTcpStatistics()!.RttMicroseconds.Should().BePositive();
        }

        (await Closed(CloseCauses.ClientVanished)).ReadTcpStatistics()!.MinimumRttMicroseconds.Should().BePositive();
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_named()
    {
        using var socket = await Handshaken();
        await Send(socket, $"{{\"type\":1,\"target\":\"{new string('x', 40_000)}\",\"arguments\":[]}}\u001e");

        (await Closed(CloseCauses.MessageTooLarge)).Close!.Sentence.Should().Contain("32768");
    }

    [Fact]
    public async Task A_hub_message_that_is_no_json_is_named()
    {
        using var socket = await Handshaken();
        await Send(socket, "{\"type\":1,,}\u001e");

        (await Closed(CloseCauses.BadMessage)).Close!.Layer.Should().Be(RealtimeHello.Layers.Layer.SignalR);
    }

    [Fact]
    public async Task An_unmasked_frame_breaks_the_protocol()
    {
        using var socket = await Handshaken();
        await socket.SendAsync(new byte[] { 0x81, 0x05, 0x68, 0x65, 0x6C, 0x6C, 0x6F }); // text, 5 bytes, no mask: "hello"

        (await Closed(CloseCauses.ProtocolError)).Close!.Layer.Should().Be(RealtimeHello.Layers.Layer.WebSocket);
    }

    [Fact]
    public async Task An_unknown_hub_protocol_is_a_refused_handshake()
    {
        using var socket = await Upgraded();
        await Send(socket, "{\"protocol\":\"smoke-signals\",\"version\":1}\u001e");

        (await Closed(CloseCauses.HandshakeRefused)).Close!.Sentence.Should().Contain("smoke-signals");
    }

    [Fact]
    public async Task A_refused_upgrade_is_a_connection_with_its_reason()
    {
        using var http = server.Http();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/chat");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        using (await http.SendAsync(request, TestContext.Current.CancellationToken)) http.Dispose();

        var close = (await Closed(CloseCauses.UpgradeRefused)).Close!;
        close.Code.Should().Be(401);
        close.Sentence.Should().Contain("nobody is signed in");
    }

    [Fact]
    public async Task A_server_that_stops_says_so()
    {
        using var socket = await Handshaken();
        var record = server.Services.GetRequiredService<Journal>().Connections.Single(connection => connection.AskedForWebSocket);
        await server.DisposeAsync();

        record.Close!.Cause.Should().Be(CloseCauses.ServerStopping);
        record.Close.By.Should().Be(ClosedBy.Server);
    }

    private static string[] Lines(IReadOnlyList<string> story, params string[] layersAndKinds) =>
        [.. layersAndKinds.Chunk(2).Select(pair => story.First(line =>
            line.Contains($"RealtimeHello.Layers.{pair[0]}:", StringComparison.Ordinal) && line.Contains($" {pair[1]}:", StringComparison.Ordinal)))];

    private async Task<ConnectionRecord> Closed(string cause)
    {
        var closed = await server.Services.GetRequiredService<Journal>().FirstClosed();
        closed.Close!.Cause.Should().Be(cause, closed.Close.Sentence);
        return closed;
    }

    private async Task<List<string>> Story(string id)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var lines = server.Log.Where(line => line.Contains(id, StringComparison.Ordinal)).ToList();
            if (lines.Any(line => line.Contains(" closed:", StringComparison.Ordinal))) return lines;
            await Task.Delay(5, limit.Token);
        }
    }

    private async Task<Socket> Handshaken()
    {
        var socket = await Upgraded();
        await Send(socket, "{\"protocol\":\"json\",\"version\":1}\u001e");
        (await Receive(socket)).Should().Contain("{}");
        return socket;
    }

    private async Task<Socket> Upgraded()
    {
        var session = await server.SignIn("ada");
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Address.Host == "localhost" ? "127.0.0.1" : server.Address.Host, server.Address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"GET /chat HTTP/1.1\r\nHost: {server.Address.Authority}\r\nAuthorization: Bearer {session.AccessToken}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        (await Receive(socket)).Should().StartWith("HTTP/1.1 101");
        return socket;
    }

    private static async Task Send(Socket socket, string text)
    {
        var payload = Encoding.UTF8.GetBytes(text);
        byte[] header = payload.Length < 126
            ? [0x81, (byte)(0x80 | payload.Length), 0, 0, 0, 0]
            : [0x81, 0x80 | 126, (byte)(payload.Length >> 8), (byte)payload.Length, 0, 0, 0, 0];
        await socket.SendAsync((byte[])[.. header, .. payload]);
    }

    private static async Task<string> Receive(Socket socket)
    {
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer));
    }
}
