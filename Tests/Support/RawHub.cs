using System.Net.WebSockets;
using System.Text;

namespace RealtimeHello.Tests.Support;

/// <summary>A hub connection without a client library: what is on the wire, and nothing that mends it.</summary>
public sealed class RawHub : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ClientWebSocket _socket = new();
    private readonly StringBuilder _received = new();

    /// <summary>How the server closed the WebSocket.</summary>
    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    /// <summary>Connects as a guest, and shakes hands for a hub protocol unless that is null.</summary>
    public static Task<RawHub> Connect(ChatServer server, string name, string? protocol) => Connect(server.Address, () => server.SignIn(name), protocol);

    public static async Task<RawHub> Connect(Uri address, Func<Task<Session>> signIn, string? protocol)
    {
        var session = await signIn();
        var hub = new RawHub();
        hub._socket.Options.SetRequestHeader("Authorization", $"Bearer {session.AccessToken}");
        await hub._socket.ConnectAsync(new UriBuilder(address) { Scheme = "ws", Path = "/chat" }.Uri, CancellationToken.None);
        if (protocol is null) return hub;
        await hub.Send(Encoding.UTF8.GetBytes($$"""{"protocol":"{{protocol}}","version":1}""" + "\u001e"), WebSocketMessageType.Text);
        await hub.Find("{}\u001e");
        return hub;
    }

    public Task Send(byte[] bytes, WebSocketMessageType type) => _socket.SendAsync(bytes, type, true, CancellationToken.None);

    /// <summary>Sends a hub message, and the record separator behind it.</summary>
    public Task SendJson(string message) => Send(Encoding.UTF8.GetBytes(message + "\u001e"), WebSocketMessageType.Text);

    /// <summary>Sends a hub message of less than 128 bytes, and its length before it.</summary>
    public Task SendMessagePack(byte[] message) => Send([(byte)message.Length, .. message], WebSocketMessageType.Binary);

    /// <summary>Reads until a text has arrived.</summary>
    /// <returns>What arrived from the beginning of that hub message on.</returns>
    public async Task<string> Find(string text)
    {
        while (!_received.ToString().Contains(text, StringComparison.Ordinal))
            if (!await Read()) throw new InvalidOperationException($"Closed before '{text}' came: {_received}");
        var all = _received.ToString();
        return all[(all.LastIndexOf('\u001e', all.IndexOf(text, StringComparison.Ordinal)) + 1)..];
    }

    /// <summary>Reads until the server's Close frame.</summary>
    /// <returns>Everything that arrived.</returns>
    public async Task<string> ReadToClose()
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await Read().WaitAsync(patience.Token))
        {
        }

        return _received.ToString();
    }

    /// <summary>Says goodbye by a Close frame, and waits for the server's: .NET's SignalR client leaves without, and the answer may then never get onto the wire.</summary>
    public Task Close() => _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(Patience);

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> Read()
    {
        var buffer = new byte[16 * 1024];
        var piece = await _socket.ReceiveAsync(buffer, CancellationToken.None).WaitAsync(Patience);
        if (piece.MessageType == WebSocketMessageType.Close) return false;
        _received.Append(Encoding.UTF8.GetString(buffer, 0, piece.Count));
        return true;
    }
}
