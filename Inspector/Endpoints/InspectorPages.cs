using System.Globalization;
using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace RealtimeHello.Inspector.Endpoints;

/// <summary>The inspector's page and its files, carried inside this assembly: any application that adds the inspector has them.</summary>
internal static class InspectorPages
{
    private const string Prefix = "wwwroot/";

    /// <summary>Everything from this server, nothing inline. The one trusted type lets the page start its shared worker, from its own address alone.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types inspector-feed";

    private static readonly Assembly Carrier = typeof(InspectorPages).Assembly;
    private static readonly EntityTagHeaderValue Version = new($"\"{Carrier.ManifestModule.ModuleVersionId:N}\"");
    private static readonly HashSet<string> Files = [.. Carrier.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))];

    public static void Map(RouteGroupBuilder group)
    {
        group.MapGet("/", (HttpContext context) => Page(context));
        group.MapGet("/assets/{**file}", (HttpContext context, string file) => Asset(context, file));
    }

    /// <summary>The page's addresses are made of where it is served, since a base element is not allowed to move them.</summary>
    private static async Task Page(HttpContext context)
    {
        var path = (context.Request.PathBase + context.Request.Path).Value!.TrimEnd('/');
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(Html(context, path, "inspector/index.html"), context.RequestAborted);
    }

    /// <summary>Why a person in a browser gets no further, and the way to the inspector at a path.</summary>
    public static IResult Refusal(HttpContext context, string path, int statusCode, string title, string detail)
    {
        var html = Html(context, path, "inspector/refusal.html")
            .Replace("{status}", statusCode.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{title}", WebUtility.HtmlEncode(title), StringComparison.Ordinal)
            .Replace("{detail}", WebUtility.HtmlEncode(detail), StringComparison.Ordinal);
        return Results.Content(html, "text/html; charset=utf-8", statusCode: statusCode);
    }

    private static string Html(HttpContext context, string path, string file)
    {
        context.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        context.Response.Headers.CacheControl = "no-cache";
        using var reader = new StreamReader(Carrier.GetManifestResourceStream(Prefix + file)!);
        return reader.ReadToEnd().Replace("{path}", WebUtility.HtmlEncode(path), StringComparison.Ordinal);
    }

    private static IResult Asset(HttpContext context, string file)
    {
        if (!Files.Contains(Prefix + file)) return Results.NotFound();
        context.Response.Headers.CacheControl = "no-cache";
        var type = Path.GetExtension(file) switch
        {
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "application/octet-stream",
        };
        return Results.Stream(Carrier.GetManifestResourceStream(Prefix + file)!, type, entityTag: Version);
    }
}
