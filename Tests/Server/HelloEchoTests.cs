using System.Net.WebSockets;
using System.Text;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Server;

public sealed class HelloEchoTests(ChatServer server) : IClassFixture<ChatServer>
{
    [Fact]
    public async Task Text_comes_back_as_text()
    {
        using var socket = await Connect();
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);

        var (type, bytes) = await Receive(socket);

        type.Should().Be(WebSocketMessageType.Text);
        Encoding.UTF8.GetString(bytes).Should().Be("hello");
    }

    [Fact]
    public async Task A_long_fragmented_binary_message_comes_back_whole()
    {
        using var socket = await Connect();
        var sent = new byte[300_000];
        Random.Shared.NextBytes(sent);
        var received = Receive(socket);
        await socket.SendAsync(sent.AsMemory(0, 100_000), WebSocketMessageType.Binary, false, CancellationToken.None);
        await socket.SendAsync(sent.AsMemory(100_000), WebSocketMessageType.Binary, true, CancellationToken.None);

        var (type, bytes) = await received;

        type.Should().Be(WebSocketMessageType.Binary);
        bytes.Should().Equal(sent);
    }

    [Fact]
    public async Task A_close_is_answered_with_its_own_code()
    {
        using var socket = await Connect();

        await socket.CloseAsync((WebSocketCloseStatus)4321, "bye", CancellationToken.None);

        ((int?)socket.CloseStatus).Should().Be(4321);
        socket.CloseStatusDescription.Should().Be("bye");
    }

    private async Task<ClientWebSocket> Connect()
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(server.Address) { Scheme = "ws", Path = "/hello" }.Uri, CancellationToken.None);
        return socket;
    }

    private static async Task<(WebSocketMessageType Type, byte[] Bytes)> Receive(ClientWebSocket socket)
    {
        var all = new MemoryStream();
        var buffer = new byte[8192];
        while (true)
        {
            var piece = await socket.ReceiveAsync(buffer, CancellationToken.None);
            all.Write(buffer, 0, piece.Count);
            if (piece.EndOfMessage) return (piece.MessageType, all.ToArray());
        }
    }
}
