using System.Globalization;
using Microsoft.AspNetCore.Authentication;
using RealtimeHello.Server.Accounts;
using RealtimeHello.Server.Hosting;
using RealtimeHello.Server.Hosting.Drain;

namespace RealtimeHello.Server.Chat;

/// <summary>Who comes through to the hub: a WebSocket upgrade, from an allowed origin, of somebody who is signed in. Refused in this order.</summary>
internal static class ChatGate
{
    public static void UseChatGate(this WebApplication app, string path)
    {
        var origins = app.Services.GetRequiredService<OriginRule>();
        var names = app.Services.GetRequiredService<GuestNames>();
        var drain = app.Services.GetRequiredService<DrainState>();
        app.Use(async (context, next) =>
        {
            var isHub = IsPath(context, path);
            if (!isHub && !IsPath(context, path + "/negotiate")) await next(context);
            else if (!isHub || !context.WebSockets.IsWebSocketRequest) await RefuseWithoutUpgrade(context);
            else if (!origins.Allows(context.Request)) await OriginRule.Refuse(context);
            else if (drain.IsDraining) await RefuseWhileStopping(context);
            else if (await SignIn(context, names) is { } refusal) await refusal.ExecuteAsync(context);
            else await Enter(context, next, drain);
        });
    }

    private static bool IsPath(HttpContext context, string path) =>
        context.Request.Path.Equals(path, StringComparison.OrdinalIgnoreCase)
        || context.Request.Path.Equals(path + "/", StringComparison.OrdinalIgnoreCase);

    private static Task RefuseWithoutUpgrade(HttpContext context) => UpgradeRule.Refuse(context, "This hub speaks WebSocket only: set skipNegotiation and transport WebSockets.");

    private static Task RefuseWhileStopping(HttpContext context)
    {
        context.Response.Headers.RetryAfter = 2.ToString(CultureInfo.InvariantCulture);
        return Results.Problem(
            statusCode: StatusCodes.Status503ServiceUnavailable, title: "Stopping", detail: "This server is stopping; try again in a moment.").ExecuteAsync(context);
    }

    private static async Task<IResult?> SignIn(HttpContext context, GuestNames names)
    {
        var ticket = await context.AuthenticateAsync();
        if (Sessions.Refuse(ticket, names) is { } refusal) return refusal;
        context.User = ticket.Principal!;
        return null;
    }

    private static async Task Enter(HttpContext context, RequestDelegate next, DrainState drain)
    {
        drain.Connections.Enter();
        try
        {
            await next(context);
        }
        finally
        {
            drain.Connections.Leave();
        }
    }
}
