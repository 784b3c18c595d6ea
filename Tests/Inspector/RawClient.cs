using System.Net.Sockets;
using System.Text;
using RealtimeHello.Tests.Recording;

namespace RealtimeHello.Tests.Inspector;

/// <summary>A socket that says what it is told to, and is closed by the test's end alone.</summary>
internal sealed class RawClient(Uri server, string path) : IDisposable
{
    public Socket Socket { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = 16 * 1024 };

    public int Port => server.Port;

    /// <summary>Bytes that the kernel took.</summary>
    public long Sent { get; private set; }

    /// <summary>Further header fields of the request, each with its line end.</summary>
    public string Fields { get; init; } = "";

    /// <summary>Sends the request for a WebSocket, and nothing more.</summary>
    public async Task Ask()
    {
        await Socket.ConnectAsync(server.Host, server.Port);
        await Send(Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: {server.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade{(path is "/nowhere" or "/forbidden" ? ", close" : "")}\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + Fields + "\r\n"));
    }

    /// <summary>Becomes a WebSocket, and sends bytes.</summary>
    public async Task Upgrade(params byte[][] then)
    {
        await Ask();
        await ReceiveTo("\r\n\r\n");
        foreach (var bytes in then) await Send(bytes);
    }

    /// <summary>Shakes hands, and sends bytes.</summary>
    public async Task Begin(string handshake, params byte[][] then)
    {
        await Upgrade(RecordedConversation.Frame(handshake, masked: true));
        await ReceiveTo("\u001e");
        foreach (var bytes in then) await Send(bytes);
    }

    /// <summary>Sends all of it.</summary>
    public async Task Send(byte[] bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var count = await Socket.SendAsync(bytes.AsMemory(at, Math.Min(64 * 1024, bytes.Length - at)));
            at += count;
            Sent += count;
        }
    }

    public void Reset()
    {
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Close();
    }

    public void Dispose() => Socket.Dispose();

    /// <summary>Receives up to and with a text, byte for byte.</summary>
    public async Task<string> ReceiveTo(string end)
    {
        var received = "";
        var one = new byte[1];
        while (!received.EndsWith(end, StringComparison.Ordinal) && await Socket.ReceiveAsync(one) == 1) received += (char)one[0];
        return received;
    }
}
