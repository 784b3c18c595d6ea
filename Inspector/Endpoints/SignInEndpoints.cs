using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using RealtimeHello.Inspector.Access;

namespace RealtimeHello.Inspector.Endpoints;

/// <summary>How a browser becomes the operator's: by the link that is printed, or by the operator's token in a form, which works without scripts.</summary>
internal static class SignInEndpoints
{
    private const int LongestToken = 1024;
    private const int LongestBody = 4 * 1024;

    public static void Map(RouteGroupBuilder group)
    {
        group.MapRead("/sign-in", ByLink);
        group.MapPost("/sign-in", ByToken);
    }

    private static IResult ByLink(HttpContext context, InspectorAccess access, string? code)
    {
        var path = PathOf(context);
        if (access.TrySignIn(context, code)) return ToInspector(context);
        if (string.IsNullOrEmpty(code) && InspectorPages.WantsPage(context)) return access.HasToken ? InspectorPages.SignInForm(context, path, statusCode: 200, trouble: null) : NoToken(context, access);
        return Refuse(context, access, 403, "Not the sign-in link of this process", "The link is printed when the server starts, and is good until it stops. Take the newest.");
    }

    private static async Task<IResult> ByToken(HttpContext context, InspectorAccess access, TokenGuesses guesses)
    {
        if (!IsOwn(context.Request))
        {
            return Refuse(context, access, 403, "Foreign origin",
                "The operator's token is taken from the inspector's own page alone. Behind a proxy, that has to pass on the host and the scheme that the browser used.");
        }

        if (!access.HasToken) return NoToken(context, access);
        if (await ReadToken(context) is not { } given)
            return Again(context, 400, "Bad form", $"The form has one field, token, of at most {LongestToken} characters.");
        if (access.IsToken(given))
        {
            access.SignIn(context);
            return ToInspector(context);
        }

        return guesses.TryCount(context)
            ? Again(context, 403, "Not the operator's token", "This is not the operator’s token.")
            : Again(context, 429, "Too many wrong tokens", "This is not the operator’s token either, and too many wrong ones came from your address. Wait a minute, and look the token up.");
    }

    /// <summary>Null: there is none, or too much of it. What was given is kept nowhere.</summary>
    private static async Task<string?> ReadToken(HttpContext context)
    {
        var request = context.Request;
        if (!request.HasFormContentType || request.ContentLength > LongestBody) return null;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body) body.MaxRequestBodySize = LongestBody;
        try
        {
            var form = await request.ReadFormAsync(
                new FormOptions { ValueCountLimit = 4, KeyLengthLimit = LongestToken, ValueLengthLimit = LongestToken, MultipartBodyLengthLimit = LongestBody }, context.RequestAborted);
            return form["token"] is [{ } token] ? token : null;
        }
        // The last where the form is in an encoding that .NET does not read.
        catch (Exception wrong) when (wrong is InvalidDataException or BadHttpRequestException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Browsers send the cookies that they have along with whatever any page posts, and name the page's origin.</summary>
    private static bool IsOwn(HttpRequest request) => request.Headers.Origin switch
    {
        [] => true,
        [{ } origin] => Uri.TryCreate(origin, UriKind.Absolute, out var page) && Uri.TryCreate($"{request.Scheme}://{request.Host.Value}", UriKind.Absolute, out var own) && own.Equals(page),
        _ => false,
    };

    private static IResult NoToken(HttpContext context, InspectorAccess access) => Refuse(context, access, 403, "There is no operator's token here",
        "This application has none (options.OperatorToken in AddConnectionInspector): who is its operator it knows in another way, or by the sign-in link that it prints when it starts.");

    /// <summary>The form again, with what was wrong; for programs the same as a problem.</summary>
    private static IResult Again(HttpContext context, int statusCode, string title, string trouble) => InspectorPages.WantsPage(context)
        ? InspectorPages.SignInForm(context, PathOf(context), statusCode, trouble)
        : Results.Problem(statusCode: statusCode, title: title, detail: trouble);

    private static IResult Refuse(HttpContext context, InspectorAccess access, int statusCode, string title, string detail) => InspectorPages.WantsPage(context)
        ? InspectorPages.Refusal(context, access, PathOf(context), statusCode, title, detail)
        : Results.Problem(statusCode: statusCode, title: title, detail: detail);

    private static IResult ToInspector(HttpContext context) => Results.Redirect(PathOf(context) is { Length: > 0 } path ? path : "/");

    /// <summary>Where the inspector is served, as it stands in an address, without a slash at its end. What begins with two would be another host.</summary>
    private static string PathOf(HttpContext context)
    {
        var requested = (context.Request.PathBase + context.Request.Path).ToUriComponent().TrimEnd('/');
        var path = requested[..requested.LastIndexOf('/')].Trim('/');
        return path.Length == 0 ? "" : $"/{path}";
    }
}
