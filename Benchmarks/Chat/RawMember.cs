using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace RealtimeHello.Benchmarks.Chat;

/// <summary>A member of a room over a bare WebSocket: counts what it receives and decodes nothing, so that the load generator costs little.</summary>
internal sealed class RawMember : IAsyncDisposable
{
    private const byte RecordSeparator = 0x1E;

    private static readonly byte[] Posted = Encoding.UTF8.GetBytes("\"MessagePosted\"");

    private readonly ClientWebSocket socket = new();
    private readonly Channel<bool> answers = Channel.CreateUnbounded<bool>();
    private readonly HttpMessageInvoker? handshake;
    private Task receiving = Task.CompletedTask;
    private long deliveries;

    private RawMember(Poll? poll)
    {
        if (poll is null) return;
        handshake = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (context, stop) =>
            {
                var tcp = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await tcp.ConnectAsync(context.DnsEndPoint, stop);
                return new PolledStream(tcp, poll);
            },
        });
    }

    /// <summary>Messages of the room that arrived.</summary>
    public long Deliveries => Volatile.Read(ref deliveries);

    /// <summary>Signed in and in a room; its socket is read when <paramref name="poll"/> ticks.</summary>
    public static async Task<RawMember> Join(ServerUnderTest server, string name, string room, Poll poll)
    {
        var member = await Connect(server, name, poll);
        await member.Call("JoinRoom", room, null);
        return member;
    }

    /// <summary>Signed in and connected to the hub; without a poll, its socket is read as something arrives.</summary>
    public static async Task<RawMember> Connect(ServerUnderTest server, string name, Poll? poll = null)
    {
        var member = new RawMember(poll);
        member.socket.Options.SetRequestHeader("Authorization", $"Bearer {await server.SignIn(name)}");
        var address = new UriBuilder(server.Address) { Scheme = "ws", Path = "/chat" }.Uri;
        await member.socket.ConnectAsync(address, member.handshake, CancellationToken.None);
        await member.Send("""{"protocol":"json","version":1}""");
        member.receiving = member.Receive();
        await member.answers.Reader.ReadAsync();
        return member;
    }

    /// <summary>Posts, and waits for the receipt.</summary>
    public Task Post(string room, string text) => Call("PostMessage", room, Guid.CreateVersion7().ToString(), text);

    public async ValueTask DisposeAsync()
    {
        socket.Abort();
        try
        {
            await receiving;
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It was cut off here.
        }

        socket.Dispose();
        handshake?.Dispose();
    }

    private async Task Call(string method, params object?[] arguments)
    {
        await Send($$"""{"type":1,"invocationId":"1","target":"{{method}}","arguments":{{JsonSerializer.Serialize(arguments)}}}""");
        await answers.Reader.ReadAsync();
    }

    private ValueTask Send(string json) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(json + '\u001e'), WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);

    /// <summary>One hub message after the other: the handshake's answer and completions go to who waits, what was posted is counted.</summary>
    private async Task Receive()
    {
        var buffer = new byte[64 * 1024];
        var length = 0;
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
            if (received.MessageType == WebSocketMessageType.Close) return;
            length += received.Count;
            var rest = TakeMessages(buffer.AsSpan(0, length));
            buffer.AsSpan(length - rest, rest).CopyTo(buffer);
            length = rest;
        }
    }

    private int TakeMessages(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf(RecordSeparator) is var end and >= 0)
        {
            var message = bytes[..end];
            if (message.IndexOf(Posted) >= 0) Interlocked.Increment(ref deliveries);
            else if (message.SequenceEqual("{}"u8) || message.IndexOf("\"type\":3"u8) >= 0) answers.Writer.TryWrite(true);
            bytes = bytes[(end + 1)..];
        }

        return bytes.Length;
    }
}
