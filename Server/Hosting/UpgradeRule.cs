using Microsoft.Net.Http.Headers;

namespace RealtimeHello.Server.Hosting;

/// <summary>Answers a request that has to be one for a WebSocket and is none (RFC 9110 15.5.22, RFC 6455 4.2.2).</summary>
internal static class UpgradeRule
{
    private const string Version = "13";

    /// <summary>It asks for a WebSocket, be it rightly or not.</summary>
    public static bool IsAsked(HttpRequest request) => request.Headers.Upgrade.Any(value => value?.Contains("websocket", StringComparison.OrdinalIgnoreCase) == true);

    /// <summary>Refuses it, and names the protocol and the version that are taken.</summary>
    /// <param name="context">The request's.</param>
    /// <param name="otherwise">What to say to a request that asks for no WebSocket at all; null: none comes here.</param>
    public static Task Refuse(HttpContext context, string? otherwise = null)
    {
        var headers = context.Response.Headers;
        headers.Upgrade = "websocket";
        // Kestrel closes behind a Connection field of ours; untold, a proxy would send its next request into that, and answer somebody with 502 (RFC 9112 9.6).
        headers.Connection = "upgrade, close";
        headers.SecWebSocketVersion = Version;
        var (title, detail) = !IsAsked(context.Request) ? ("WebSocket only", otherwise)
            : context.Request.Headers[HeaderNames.SecWebSocketVersion] != Version ? ("Another version of WebSocket", $"This server speaks version {Version} (RFC 6455), and Sec-WebSocket-Version asks for another, or for none.")
            : ("Not a whole request for a WebSocket", "RFC 6455 4.2.1 wants GET, Connection: Upgrade, and a Sec-WebSocket-Key of 16 bytes in Base64.");
        return Results.Problem(statusCode: StatusCodes.Status426UpgradeRequired, title: title, detail: detail).ExecuteAsync(context);
    }
}
