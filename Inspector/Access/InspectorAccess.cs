using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Inspector.Access;

/// <summary>
/// Who sees what: a signed-in user that user's own connections, the operator all, nobody else anything. The operator brings the
/// operator's token, or the cookie that the sign-in link and the form for the token set, or satisfies the operators' policy; the link's code and the cookie are good for this process alone.
/// </summary>
internal sealed class InspectorAccess(InspectorOptions options)
{
    private static readonly object PolicyItem = new();

    private readonly string code = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
    private readonly string session = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>The path and query of the sign-in link. For the console alone.</summary>
    public string SignInQuery => $"sign-in?code={code}";

    /// <summary>There is a token that makes whoever brings it the operator.</summary>
    public bool HasToken => options.OperatorToken is { Length: > 0 };

    /// <summary>In front of each endpoint, since policies are asked asynchronously: whether the request satisfies the operators' policy, for <see cref="IsOperator"/>.</summary>
    public static async ValueTask<object?> AskPolicy(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        if (context.RequestServices.GetRequiredService<InspectorOptions>().OperatorPolicy is { } name
            && await context.RequestServices.GetRequiredService<IAuthorizationPolicyProvider>().GetPolicyAsync(name) is { } policy)
        {
            var evaluator = context.RequestServices.GetRequiredService<IPolicyEvaluator>();
            var authenticated = await evaluator.AuthenticateAsync(policy, context);
            if ((await evaluator.AuthorizeAsync(policy, authenticated, context, context)).Succeeded) context.Items[PolicyItem] = true;
        }

        return await next(invocation);
    }

    public bool IsOperator(HttpContext context)
    {
        if (context.Items.ContainsKey(PolicyItem)) return true;
        if (options.IsOperator is { } rule && rule(context)) return true;
        if (context.Request.Cookies.TryGetValue(InspectorSignIn.CookieName, out var cookie) && Same(cookie, session)) return true;
        return BearerOf(context) is { } token && IsToken(token);
    }

    /// <summary>What stands in <c>Authorization: Bearer</c>; null: it is not there.</summary>
    public static string? BearerOf(HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        return authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization["Bearer ".Length..] : null;
    }

    /// <summary>The user that a request comes from; null: nobody.</summary>
    public string? UserOf(HttpContext context) => context.User.Identity?.IsAuthenticated == true ? options.UserId(context.User) : null;

    /// <summary>Whether whoever asks may see this connection.</summary>
    public bool MaySee(HttpContext context, ConnectionRecord record) => SeesSince(context, record) is not null;

    /// <summary>The number from which on whoever asks may see this connection, and with it what it recorded before: 0, since it began; null: not at all.</summary>
    public long? SeesSince(HttpContext context, ConnectionRecord record)
    {
        if (IsOperator(context)) return 0;
        return record.UserId is { } owner && UserOf(context) is { } user && string.Equals(owner, user, StringComparison.Ordinal) ? record.UsersSince : null;
    }

    /// <summary>Sets the operator's cookie when the code is the link's.</summary>
    public bool TrySignIn(HttpContext context, string? given)
    {
        if (given is null || !Same(given, code)) return false;
        SignIn(context);
        return true;
    }

    /// <summary>Whether this is the operator's token. Spaces around it came along when it was copied.</summary>
    public bool IsToken(string given) => options.OperatorToken is { Length: > 0 } token && Same(given.Trim(), token);

    /// <summary>Sets the operator's cookie.</summary>
    public void SignIn(HttpContext context) =>
        context.Response.Cookies.Append(InspectorSignIn.CookieName, session, new CookieOptions
        {
            HttpOnly = true,
            IsEssential = true,
            SameSite = SameSiteMode.Strict,
            Secure = context.Request.IsHttps,
            Path = "/",
        });

    private static bool Same(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));
}
