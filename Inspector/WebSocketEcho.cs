using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace RealtimeHello.Inspector;

/// <summary>Accepts a WebSocket and sends each message back as it came: for looking at a bare WebSocket, and for trying one.</summary>
public static class WebSocketEcho
{
    private const int BufferSize = 4096;

    /// <summary>How long a client may take to answer a Close when the server stops.</summary>
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(1);

    /// <summary>Echoes until either side closes; a client that vanishes or breaks the protocol is no exception.</summary>
    /// <param name="context">A request for a WebSocket.</param>
    /// <param name="stopping">The server stops: the WebSocket is closed with 1001.</param>
    public static async Task Serve(HttpContext context, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(context);
        using var socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        await using var registration = stopping.Register(() =>
        {
            limit.CancelAfter(CloseLimit);
            _ = IgnoreTrouble(socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, "The server is stopping.", limit.Token));
        }).ConfigureAwait(false);
        await IgnoreTrouble(Echo(socket, limit.Token)).ConfigureAwait(false);
    }

    /// <summary>Sends each piece on as it arrives, so that a message of any length needs one buffer; a Close is answered with its own code.</summary>
    private static async Task Echo(WebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        while (true)
        {
            var piece = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken).ConfigureAwait(false);
            if (piece.MessageType == WebSocketMessageType.Close) break;
            await socket.SendAsync(buffer.AsMemory(0, piece.Count), piece.MessageType, piece.EndOfMessage, cancellationToken).ConfigureAwait(false);
        }

        if (socket.State == WebSocketState.CloseReceived)
            await socket.CloseOutputAsync(socket.CloseStatus ?? WebSocketCloseStatus.Empty, socket.CloseStatusDescription, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The other side vanished or broke the protocol, or time is up: the socket has said what there was to say.</summary>
    private static async Task IgnoreTrouble(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception trouble) when (trouble is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }
}
