using System.Globalization;
using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using RealtimeHello.Inspector.Access;

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
        group.MapRead("/", (HttpContext context, InspectorAccess access) => Page(context, access));
        group.MapRead("/assets/{**file}", (HttpContext context, string file) => Asset(context, file));
    }

    /// <summary>The page's addresses are made of where it is served, since a base element is not allowed to move them.</summary>
    private static async Task Page(HttpContext context, InspectorAccess access)
    {
        var path = (context.Request.PathBase + context.Request.Path).Value!.TrimEnd('/');
        context.Response.ContentType = "text/html; charset=utf-8";
        var html = Html(context, path, "inspector/index.html")
            .Replace("{has-token}", access.HasToken ? "yes" : "no", StringComparison.Ordinal)
            .Replace("{no-sign-in}", access.HasToken && !access.IsOperator(context) ? "" : " hidden", StringComparison.Ordinal);
        await context.Response.WriteAsync(html, context.RequestAborted);
    }

    /// <summary>Why a person in a browser gets no further, and the way to the inspector at a path.</summary>
    public static IResult Refusal(HttpContext context, InspectorAccess access, string path, int statusCode, string title, string detail)
    {
        var html = Html(context, path, "inspector/refusal.html")
            .Replace("{status}", statusCode.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{title}", WebUtility.HtmlEncode(title), StringComparison.Ordinal)
            .Replace("{detail}", WebUtility.HtmlEncode(detail), StringComparison.Ordinal)
            .Replace("{no-sign-in}", access.HasToken ? "" : " hidden", StringComparison.Ordinal);
        return Results.Content(html, "text/html; charset=utf-8", statusCode: statusCode);
    }

    /// <summary>The form for the operator's token, at the inspector's path.</summary>
    /// <param name="trouble">Why what was given before did not do; null: nothing was given.</param>
    public static IResult SignInForm(HttpContext context, string path, int statusCode, string? trouble)
    {
        var html = Html(context, path, "inspector/sign-in.html")
            .Replace("{invalid}", trouble is null ? "false" : "true", StringComparison.Ordinal)
            .Replace("{no-trouble}", trouble is null ? " hidden" : "", StringComparison.Ordinal)
            .Replace("{trouble}", WebUtility.HtmlEncode(trouble ?? ""), StringComparison.Ordinal);
        return Results.Content(html, "text/html; charset=utf-8", statusCode: statusCode);
    }

    /// <summary>Whether a person in a browser asks.</summary>
    public static bool WantsPage(HttpContext context)
    {
        context.Response.Headers.Vary = HeaderNames.Accept;
        return context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
    }

    private static string Html(HttpContext context, string path, string file)
    {
        context.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
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
