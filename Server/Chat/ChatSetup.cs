using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Net.Http.Headers;
using RealtimeHello.Server.Accounts;
using RealtimeHello.Server.Chat.Wire;

namespace RealtimeHello.Server.Chat;

/// <summary>The hub and what stands behind it.</summary>
internal static class ChatSetup
{
    public static void AddChat(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IRoomAudience, HubAudience>();
        builder.Services.AddSingleton<Rooms>();
        builder.Services.AddSignalR(options =>
            {
                options.MaximumReceiveMessageSize = 32 * 1024;
                options.MaximumParallelInvocationsPerClient = 16;
                options.AddFilter<ChatErrorFilter>();
            })
            .AddJsonProtocol(json => ChatJson.Configure(json.PayloadSerializerOptions))
            .AddMessagePackProtocol(messagePack => messagePack.SerializerOptions = ChatMessagePack.Options);
    }

    /// <summary>The hub, over WebSockets only.</summary>
    public static void MapChat(this WebApplication app, string path)
    {
        app.Use(async (context, next) =>
        {
            var request = context.Request.Path;
            if (request.Equals(path, StringComparison.OrdinalIgnoreCase) || request.Equals(path + "/negotiate", StringComparison.OrdinalIgnoreCase))
            {
                if (!context.WebSockets.IsWebSocketRequest || !request.Equals(path, StringComparison.OrdinalIgnoreCase))
                {
                    await UpgradeRequired(context);
                    return;
                }

                var names = context.RequestServices.GetRequiredService<GuestNames>();
                if (!Guest.TryRead((await context.AuthenticateAsync()).Principal, out _))
                {
                    await Results.Problem(statusCode: StatusCodes.Status401Unauthorized, title: "Not signed in",
                        detail: "Sign in with POST /session first, and bring its cookie or its accessToken.").ExecuteAsync(context);
                    return;
                }
            }

            await next(context);
        });
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapHub<ChatHub>(path, options => options.Transports = HttpTransportType.WebSockets).RequireAuthorization();
    }

    private static Task UpgradeRequired(HttpContext context)
    {
        context.Response.Headers[HeaderNames.Upgrade] = "websocket";
        context.Response.Headers[HeaderNames.Connection] = "upgrade";
        return Results.Problem(
            statusCode: StatusCodes.Status426UpgradeRequired,
            title: "WebSocket only",
            detail: "This hub speaks WebSocket only: set skipNegotiation and transport WebSockets.").ExecuteAsync(context);
    }
}
