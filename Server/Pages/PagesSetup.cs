using Microsoft.AspNetCore.Hosting.StaticWebAssets;

namespace RealtimeHello.Server.Pages;

/// <summary>Serves the browser's pages out of wwwroot.</summary>
internal static class PagesSetup
{
    private const string NotFoundPage = "404.html";

    /// <summary>Which file answers at which address; every other file of wwwroot has its own path.</summary>
    private static readonly Dictionary<string, string> Addresses = new(StringComparer.OrdinalIgnoreCase)
    {
        ["/"] = "/chat/index.html",
        ["/hello"] = "/hello/index.html",
        ["/favicon.ico"] = "/shared/favicon.svg",
    };

    /// <summary>Lets a build that was not published find wwwroot, in every environment.</summary>
    public static void AddPages(this WebApplicationBuilder builder) =>
        StaticWebAssetsLoader.UseStaticWebAssets(builder.Environment, builder.Configuration);

    /// <summary>Security headers on every answer, the pages' addresses, and a page for what isn't there.</summary>
    public static void UsePages(this WebApplication app)
    {
        app.UseSecurityHeaders();
        app.Use(async (context, next) =>
        {
            var request = context.Request;
            var isRead = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
            if (isRead && !context.WebSockets.IsWebSocketRequest && Addresses.TryGetValue(request.Path.Value ?? "", out var file)) request.Path = file;
            await next(context);

            var response = context.Response;
            if (isRead && response is { StatusCode: StatusCodes.Status404NotFound, HasStarted: false } && WantsPage(request))
                await SendNotFoundPage(app.Environment, response);
        });
        app.UseRouting();
    }

    public static void MapPages(this WebApplication app) => app.MapStaticAssets();

    private static bool WantsPage(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static async Task SendNotFoundPage(IWebHostEnvironment environment, HttpResponse response)
    {
        var file = environment.WebRootFileProvider.GetFileInfo(NotFoundPage);
        if (!file.Exists) return;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = file.Length;
        if (!HttpMethods.IsHead(response.HttpContext.Request.Method)) await response.SendFileAsync(file);
    }
}
