namespace RealtimeHello.Server.Pages;

/// <summary>What browsers are told about every answer of this server.</summary>
internal static class SecurityHeaders
{
    /// <summary>
    /// Everything from this server, nothing inline, no frames. 'self' covers this server's WebSockets too (CSP 3). Trusted types
    /// make the browser itself refuse innerHTML and its kin: what people write is only ever text.
    /// </summary>
    public const string ContentSecurityPolicy =
        "default-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'; trusted-types 'none'";

    public static void UseSecurityHeaders(this WebApplication app) =>
        app.Use((context, next) =>
        {
            context.Response.OnStarting(SetHeaders, context.Response);
            return next(context);
        });

    private static Task SetHeaders(object state)
    {
        var headers = ((HttpResponse)state).Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        // A page that brings its own policy, such as the inspector's, keeps it.
        if (headers.ContentSecurityPolicy.Count == 0) headers.ContentSecurityPolicy = ContentSecurityPolicy;
        return Task.CompletedTask;
    }
}
