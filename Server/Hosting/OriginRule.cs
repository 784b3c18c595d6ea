using Microsoft.Extensions.Options;
using RealtimeHello.Server.Chat;

namespace RealtimeHello.Server.Hosting;

/// <summary>
/// Which pages may talk to the server: browsers send cookies along with whatever any page asks for, and no same-origin
/// rule guards a WebSocket (RFC 6455 10.2). Allowed is no Origin at all, the server's own, and configured ones.
/// </summary>
internal sealed class OriginRule(IOptions<ChatOptions> options)
{
    private readonly HashSet<Uri> _allowed = [.. options.Value.AllowedOrigins.Select(Parse)];

    public bool Allows(HttpRequest request)
    {
        var headers = request.Headers.Origin;
        if (headers.Count == 0) return true;
        // "null", which sandboxed pages and files send, is nobody's own.
        if (headers.Count > 1 || !Uri.TryCreate(headers[0], UriKind.Absolute, out var origin)) return false;
        return _allowed.Contains(origin) || (Uri.TryCreate($"{request.Scheme}://{request.Host.Value}", UriKind.Absolute, out var own) && own.Equals(origin));
    }

    /// <summary>403, and what to do about it.</summary>
    public static Task Refuse(HttpContext context) => Results.Problem(
        statusCode: StatusCodes.Status403Forbidden,
        title: "Foreign origin",
        detail: "Pages of another origin may not talk to this server. Add the origin to Chat:AllowedOrigins to let them.").ExecuteAsync(context);

    private static Uri Parse(string origin) => Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.GetLeftPart(UriPartial.Authority) == origin.TrimEnd('/')
        ? uri
        : throw new StartException($"Chat:AllowedOrigins holds '{origin}', which is not an origin such as https://chat.example.org.");
}

/// <summary>Applies the rule to WebSockets and to every request that changes something.</summary>
internal static class OriginCheck
{
    /// <param name="app">The application.</param>
    /// <param name="except">A path that applies the rule by itself, because it has other refusals to make before.</param>
    public static void UseOriginCheck(this WebApplication app, string except)
    {
        var rule = app.Services.GetRequiredService<OriginRule>();
        app.Use((context, next) =>
            !Matters(context) || context.Request.Path.StartsWithSegments(except, StringComparison.OrdinalIgnoreCase) || rule.Allows(context.Request)
                ? next(context)
                : OriginRule.Refuse(context));
    }

    private static bool Matters(HttpContext context)
    {
        var method = context.Request.Method;
        return context.WebSockets.IsWebSocketRequest || !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method));
    }
}
