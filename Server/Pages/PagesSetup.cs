using System.Text;
using Microsoft.AspNetCore.Hosting.StaticWebAssets;
using RealtimeHello.Server.Observation;

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

    /// <summary>The pages that lead to the inspector.</summary>
    private static readonly HashSet<string> Pages = new(Addresses.Values.Where(file => file.EndsWith(".html", StringComparison.Ordinal)), StringComparer.OrdinalIgnoreCase);

    /// <summary>Lets a build that was not published find wwwroot, in every environment.</summary>
    public static void AddPages(this WebApplicationBuilder builder) =>
        StaticWebAssetsLoader.UseStaticWebAssets(builder.Environment, builder.Configuration);

    /// <summary>Security headers on every answer, the pages' addresses, and a page for what isn't there.</summary>
    public static void UsePages(this WebApplication app)
    {
        app.UseSecurityHeaders();
        var hasInspector = ObservationSetup.IsOn(app.Configuration);
        app.Use(async (context, next) =>
        {
            var request = context.Request;
            var isRead = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
            if (isRead && !context.WebSockets.IsWebSocketRequest && Addresses.TryGetValue(request.Path.Value ?? "", out var file)) request.Path = file;
            if (isRead && !hasInspector && Pages.Contains(request.Path.Value ?? "") && await SendWithoutInspector(app.Environment, context)) return;
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

    /// <summary>The page says in its root element that there is no inspector, and leaves out what leads there.</summary>
    private static async Task<bool> SendWithoutInspector(IWebHostEnvironment environment, HttpContext context)
    {
        var file = environment.WebRootFileProvider.GetFileInfo(context.Request.Path.Value!);
        if (!file.Exists) return false;
        using var reader = new StreamReader(file.CreateReadStream());
        var page = Encoding.UTF8.GetBytes((await reader.ReadToEndAsync(context.RequestAborted)).Replace("<html ", "<html data-inspector=\"off\" ", StringComparison.Ordinal));
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = page.Length;
        context.Response.Headers.CacheControl = "no-cache";
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(page, context.RequestAborted);
        return true;
    }

    private static async Task SendNotFoundPage(IWebHostEnvironment environment, HttpResponse response)
    {
        var file = environment.WebRootFileProvider.GetFileInfo(NotFoundPage);
        if (!file.Exists) return;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = file.Length;
        if (!HttpMethods.IsHead(response.HttpContext.Request.Method)) await response.SendFileAsync(file);
    }
}
