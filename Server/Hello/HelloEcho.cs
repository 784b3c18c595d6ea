using System.Net.WebSockets;

namespace RealtimeHello.Server.Hello;

/// <summary>The plain WebSocket without SignalR: it echoes each message as it came.</summary>
internal static class HelloEcho
{
    private const int BufferSize = 4096;

    /// <summary>Takes WebSocket upgrades of a path; other requests to it pass on, to the page.</summary>
    public static void UseHelloEcho(this WebApplication app, string path) =>
        app.Use(async (context, next) =>
        {
            if (!context.WebSockets.IsWebSocketRequest || !context.Request.Path.Equals(path, StringComparison.OrdinalIgnoreCase))
            {
                await next(context);
                return;
            }

            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await Echo(socket, context.RequestAborted);
        });

    /// <summary>Sends each piece on as it arrives, so that a message of any length needs one buffer; a Close is answered with its own code.</summary>
    private static async Task Echo(WebSocket socket, CancellationToken aborted)
    {
        var buffer = new byte[BufferSize];
        try
        {
            while (true)
            {
                var piece = await socket.ReceiveAsync(buffer.AsMemory(), aborted);
                if (piece.MessageType == WebSocketMessageType.Close) break;
                await socket.SendAsync(buffer.AsMemory(0, piece.Count), piece.MessageType, piece.EndOfMessage, aborted);
            }

            await socket.CloseOutputAsync(socket.CloseStatus ?? WebSocketCloseStatus.Empty, socket.CloseStatusDescription, aborted);
        }
        catch (Exception trouble) when (trouble is WebSocketException or OperationCanceledException)
        {
            // The other side vanished or broke the protocol; the socket has answered what there was to answer.
        }
    }
}
