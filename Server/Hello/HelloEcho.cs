using RealtimeHello.Inspector;
using RealtimeHello.Server.Hosting;

namespace RealtimeHello.Server.Hello;

/// <summary>The plain WebSocket without SignalR: it echoes each message as it came.</summary>
internal static class HelloEcho
{
    /// <summary>Takes WebSocket upgrades of a path; requests to it that ask for none pass on, to the page.</summary>
    public static void UseHelloEcho(this WebApplication app, string path)
    {
        var stopping = app.Lifetime.ApplicationStopping;
        var watches = app.Services.GetRequiredService<HelloWatches>();
        // Every other connection passes by without waiting here.
        app.Use((context, next) =>
        {
            if (!context.Request.Path.Equals(path, StringComparison.OrdinalIgnoreCase)) return next(context);
            if (context.WebSockets.IsWebSocketRequest) return Serve(context);
            return UpgradeRule.IsAsked(context.Request) ? UpgradeRule.Refuse(context) : next(context);
        });

        Task Serve(HttpContext context)
        {
            watches.Note(context);
            return WebSocketEcho.Serve(context, stopping);
        }
    }
}
