using System.Net;
using System.Net.WebSockets;
using System.Text;
using RealtimeHello.Client.Accounts;
using RealtimeHello.Client.Layers;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.Hello;

/// <summary>How a WebSocket ended.</summary>
/// <param name="IsOrderly">Both sides said goodbye with a Close frame.</param>
/// <param name="ByServer">The server's goodbye came first.</param>
/// <param name="Sentence">In one sentence.</param>
internal sealed record HelloEnd(bool IsOrderly, bool ByServer, string Sentence);

/// <summary>A bare WebSocket whose every byte is recorded. What arrives is told; messages of any length need one buffer.</summary>
internal sealed class HelloSocket : IAsyncDisposable
{
    private const int BufferSize = 4096;
    private const int LongestShown = 400;

    private readonly SocketsHttpHandler _handler;
    private readonly ClientWebSocket _socket = new();
    private readonly LayerTrace _trace;
    private readonly Action<string> _received;
    private readonly TimeSpan _wait;
    private readonly SemaphoreSlim _messages = new(0);
    private readonly SemaphoreSlim _pongs = new(0);
    private FrameGate? _gate;
    private volatile bool _saidGoodbye;

    private HelloSocket(HelloSettings settings, LayerTrace trace, Action<string> received)
    {
        (_trace, _received, _wait) = (trace, received, settings.Wait);
        _handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = settings.Wait,
            // A proxy of the environment is for the world outside, not for this machine.
            UseProxy = !settings.Target.Uri.IsLoopback,
        };
        trace.Attach(_handler);
        var tapped = _handler.PlaintextStreamFilter!;
        _handler.PlaintextStreamFilter = async (context, cancellationToken) => _gate = new FrameGate(await tapped(context, cancellationToken));
        _socket.Options.CollectHttpResponseDetails = true;
        // Nothing is sent that the user did not ask for.
        _socket.Options.KeepAliveInterval = TimeSpan.Zero;
        _socket.Options.SetRequestHeader("User-Agent", GuestSignIn.Product.ToString());
        if (settings.Subprotocol is { } subprotocol) _socket.Options.AddSubProtocol(subprotocol);
    }

    /// <summary>Completes, never faults, when the WebSocket is over.</summary>
    public Task<HelloEnd> Ended { get; private set; } = Task.FromResult(new HelloEnd(false, false, "It was never open."));

    /// <param name="settings">Where to, and how.</param>
    /// <param name="trace">Records the connection.</param>
    /// <param name="received">Told the beginning of each message, in one harmless line, behind its layers.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ServerTrouble">There is no WebSocket to be had.</exception>
    public static async Task<HelloSocket> Open(HelloSettings settings, LayerTrace trace, Action<string> received, CancellationToken cancellationToken)
    {
        var hello = new HelloSocket(settings, trace, received);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(settings.Wait);
        try
        {
            using var invoker = new HttpMessageInvoker(hello._handler, disposeHandler: false);
            await hello._socket.ConnectAsync(settings.Target.Uri, invoker, patience.Token);
            hello.Ended = hello.Receive();
            return hello;
        }
        catch (Exception trouble)
        {
            var sentence = HelloTrouble.Describe(settings.Target, hello._socket, trouble);
            await hello.DisposeAsync();
            cancellationToken.ThrowIfCancellationRequested();
            throw new ServerTrouble(sentence, isLasting: true, trouble);
        }
    }

    public Task SendText(string text) => Try(() => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None));

    public Task SendBinary(byte[] bytes) => Try(() => _socket.SendAsync(bytes, WebSocketMessageType.Binary, true, CancellationToken.None));

    public Task Ping(byte[] payload) => Try(() => _gate!.Ping(payload, CancellationToken.None));

    /// <summary>Says goodbye; the other side gets the usual patience to do the same, then the connection is cut.</summary>
    public async Task Close(int code, string? reason)
    {
        if (_saidGoodbye) return;
        _saidGoodbye = true;
        // It waits behind what is being sent, perhaps to somebody who does not read.
        var farewell = Try(() => _socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, CancellationToken.None));
        if (await Task.WhenAny(Ended, Task.Delay(_wait)) != Ended) _socket.Abort();
        await farewell;
    }

    /// <summary>What arrived up to now answers nothing that is sent from now on.</summary>
    public void ForgetArrivals()
    {
        while (_messages.Wait(0))
        {
        }

        while (_pongs.Wait(0))
        {
        }
    }

    /// <summary>Waits for one more message than was waited for before.</summary>
    /// <returns>False when it did not come in time, or the WebSocket is over.</returns>
    public Task<bool> NextMessage(CancellationToken cancellationToken) => Next(_messages, cancellationToken);

    /// <summary>The same for Pongs.</summary>
    public Task<bool> NextPong(CancellationToken cancellationToken) => Next(_pongs, cancellationToken);

    /// <summary>Told by the trace, since .NET's WebSocket keeps Pongs to itself.</summary>
    public void PongArrived() => _pongs.Release();

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _handler.Dispose();
        if (_gate is not null) await _gate.DisposeAsync();
        // The semaphores are not disposed of: the trace may still be telling of a Pong.
        await Ended;
    }

    private async Task<bool> Next(SemaphoreSlim arrivals, CancellationToken cancellationToken)
    {
        var arrival = arrivals.WaitAsync(_wait, cancellationToken);
        await Task.WhenAny(arrival, Ended);
        return arrival.IsCompletedSuccessfully ? await arrival : arrivals.CurrentCount > 0;
    }

    private async Task<HelloEnd> Receive()
    {
        var buffer = new byte[BufferSize];
        try
        {
            while (true)
            {
                var length = 0L;
                ValueWebSocketReceiveResult piece;
                byte[] beginning = [];
                do
                {
                    piece = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                    if (piece.MessageType == WebSocketMessageType.Close) return await AnswerClose();
                    if (length == 0) beginning = buffer[..Math.Min(piece.Count, LongestShown)];
                    length += piece.Count;
                }
                while (!piece.EndOfMessage);

                _trace.Sample();
                _trace.Tell();
                _received(Show(piece.MessageType, beginning, length));
                _messages.Release();
            }
        }
        catch (Exception trouble) when (trouble is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            return _saidGoodbye
                ? new HelloEnd(false, false, "The server did not answer the Close in time.")
                : new HelloEnd(false, true, $"The connection broke without a Close frame: {PrintableText.OneLine(trouble.Message, 300)}");
        }
    }

    private async Task<HelloEnd> AnswerClose()
    {
        var byServer = !_saidGoodbye;
        var code = $"{(int?)_socket.CloseStatus}";
        var words = $"{(code.Length == 0 ? "no code" : code)}{(string.IsNullOrEmpty(_socket.CloseStatusDescription) ? "" : $", {PrintableText.OneLine(_socket.CloseStatusDescription, 200)}")}";
        if (byServer)
        {
            _saidGoodbye = true;
            // Closes the connection too, when both sides have said goodbye.
            await Try(() => _socket.CloseOutputAsync(_socket.CloseStatus ?? WebSocketCloseStatus.Empty, _socket.CloseStatusDescription, CancellationToken.None));
        }

        return new HelloEnd(true, byServer, byServer ? $"The server closed the WebSocket ({words})." : $"Closed; the server answered with {words}.");
    }

    /// <summary>What can't be sent any more is no failure of its own: <see cref="Ended"/> says what happened.</summary>
    private static async Task Try(Func<Task> send)
    {
        try
        {
            await send();
        }
        catch (Exception trouble) when (trouble is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }

    private static string Show(WebSocketMessageType type, byte[] beginning, long length)
    {
        var shown = type == WebSocketMessageType.Text
            ? Encoding.UTF8.GetString(beginning)
            : string.Join(' ', Convert.ToHexStringLower(beginning).Chunk(2).Select(pair => new string(pair)));
        return PrintableText.OneLine(shown, LongestShown * 3) + (length > beginning.Length ? $" … {length - beginning.Length} bytes more" : "");
    }
}
