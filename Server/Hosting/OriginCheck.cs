using Microsoft.Net.Http.Headers;

namespace RealtimeHello.Server.Hosting;

/// <summary>
/// Refuses WebSockets and requests that change something when they come from a page of somebody else: browsers send
/// cookies along with them, and no same-origin rule guards a WebSocket (RFC 6455 10.2).
/// </summary>
internal static class OriginCheck
{
    /// <summary>Answers 403 to a foreign Origin; absent, own and configured (<c>Chat:AllowedOrigins</c>) ones pass.</summary>
    public static void UseOriginCheck(this WebApplication app)
    {
        var allowed = app.Configuration.GetSection("Chat:AllowedOrigins").Get<string[]>() ?? [];
        app.Use((context, next) =>
        {
            if (!Matters(context) || IsAllowed(context.Request, allowed)) return next(context);
            return Results.Problem(
                statusCode: StatusCodes.Status403Forbidden,
                title: "Foreign origin",
                detail: "Pages of another origin may not talk to this server. Add the origin to Chat:AllowedOrigins to let them.").ExecuteAsync(context);
        });
    }

    private static bool Matters(HttpContext context)
    {
        // The hub refuses plain requests by itself, whatever their origin: 426 comes before 403.
        if (context.Request.Path.StartsWithSegments("/chat", StringComparison.OrdinalIgnoreCase)) return context.WebSockets.IsWebSocketRequest;
        var method = context.Request.Method;
        return context.WebSockets.IsWebSocketRequest || !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method));
    }

    internal static bool IsAllowed(HttpRequest request, IReadOnlyCollection<string> allowed)
    {
        var origins = request.Headers[HeaderNames.Origin];
        if (origins.Count == 0) return true;
        if (origins.Count > 1) return false;
        var origin = origins[0]!;
        return string.Equals(origin, $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase)
            || allowed.Contains(origin, StringComparer.OrdinalIgnoreCase);
    }
}
