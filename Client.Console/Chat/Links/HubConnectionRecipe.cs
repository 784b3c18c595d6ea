using System.Net.WebSockets;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RealtimeHello.Client.Accounts;

namespace RealtimeHello.Client.Chat.Links;

/// <summary>
/// How a hub connection is made: a forced WebSocket without negotiation, opened by our own factory over the given handler, so that whoever
/// supplies the handler can stand in its ConnectCallback (bytes on the wire) and PlaintextStreamFilter (bytes under TLS).
/// </summary>
/// <param name="server">Where the hub is.</param>
/// <param name="handler">Opens the sockets. Not disposed here.</param>
/// <param name="protocol">The encoding of hub messages.</param>
/// <param name="log">Hears the SignalR client's own log, or null.</param>
internal sealed class HubConnectionRecipe(ServerAddress server, HttpMessageHandler handler, HubProtocolName protocol, ILoggerProvider? log)
{
    /// <param name="accessToken">Sent as <c>Authorization: Bearer</c> with the upgrade.</param>
    public HubConnection Make(string accessToken)
    {
        var builder = new HubConnectionBuilder().WithUrl(server.Hub, options =>
        {
            options.SkipNegotiation = true;
            options.Transports = HttpTransportType.WebSockets;
            options.WebSocketFactory = async (context, cancellationToken) => await OpenWebSocket(context.Uri, accessToken, cancellationToken);
        });
        if (protocol == HubProtocolName.MessagePack) builder.AddMessagePackProtocol(options => options.SerializerOptions = MessagePackRecords.Options);
        if (log is not null) builder.ConfigureLogging(logging => logging.SetMinimumLevel(LogLevel.Information).AddProvider(log));
        return builder.Build();
    }

    private async Task<WebSocket> OpenWebSocket(Uri uri, string accessToken, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Authorization", $"Bearer {accessToken}");
        socket.Options.SetRequestHeader("User-Agent", GuestSignIn.Product.ToString());
        try
        {
            using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
            await socket.ConnectAsync(uri, invoker, cancellationToken);
            return socket;
        }
        catch (WebSocketException refused) when (socket.HttpStatusCode != 0)
        {
            var status = (int)socket.HttpStatusCode;
            socket.Dispose();
            throw Refusal(status, refused);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private ServerTrouble Refusal(int status, Exception refused) => new(
        status switch
        {
            401 => $"{server} did not accept the sign-in (401).",
            403 => $"{server} refused the WebSocket (403): it does not accept this origin or user.",
            404 => $"{server} has no chat hub at {server.Hub.AbsolutePath} (404): is it a RealtimeHello server?",
            _ => $"{server} answered the WebSocket's upgrade with {status} instead of 101: a proxy in between may not pass WebSockets on.",
        },
        isLasting: status is 401 or 403 or 404 or 426,
        refused)
    {
        Status = status,
    };
}
