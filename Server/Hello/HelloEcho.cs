using System.Net.WebSockets;

namespace RealtimeHello.Server.Hello;

/// <summary>The plain WebSocket without SignalR: it echoes each message as it came.</summary>
internal static class HelloEcho
{
    private const int BufferSize = 4096;

    /// <summary>How long a client may take to answer a Close when the server stops.</summary>
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(1);

    /// <summary>Takes WebSocket upgrades of a path; other requests to it pass on, to the page.</summary>
    public static void UseHelloEcho(this WebApplication app, string path)
    {
        var stopping = app.Lifetime.ApplicationStopping;
        var watches = app.Services.GetRequiredService<HelloWatches>();
        // Every other connection passes by without waiting here.
        app.Use((context, next) =>
            context.WebSockets.IsWebSocketRequest && context.Request.Path.Equals(path, StringComparison.OrdinalIgnoreCase) ? Serve(context) : next(context));

        async Task Serve(HttpContext context)
        {
            watches.Note(context);
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            await using var registration = stopping.Register(() =>
            {
                limit.CancelAfter(CloseLimit);
                _ = IgnoreTrouble(socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, "The server is stopping.", limit.Token));
            });
            await IgnoreTrouble(Echo(socket, limit.Token));
        }
    }

    /// <summary>Sends each piece on as it arrives, so that a message of any length needs one buffer; a Close is answered with its own code.</summary>
    private static async Task Echo(WebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        while (true)
        {
            var piece = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (piece.MessageType == WebSocketMessageType.Close) break;
            await socket.SendAsync(buffer.AsMemory(0, piece.Count), piece.MessageType, piece.EndOfMessage, cancellationToken);
        }

        if (socket.State == WebSocketState.CloseReceived)
            await socket.CloseOutputAsync(socket.CloseStatus ?? WebSocketCloseStatus.Empty, socket.CloseStatusDescription, cancellationToken);
    }

    /// <summary>The other side vanished or broke the protocol, or time is up: the socket has said what there was to say.</summary>
    private static async Task IgnoreTrouble(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception trouble) when (trouble is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }
}
