using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace RealtimeHello.Server.Accounts;

/// <summary>Guests sign in by name; a cookie serves browsers, a bearer token everybody else.</summary>
internal static class AccountsSetup
{
    /// <summary>The scheme that looks at a request and asks the cookie's or the bearer token's handler.</summary>
    public const string Scheme = "Guest";

    public static readonly TimeSpan TokenLifetime = TimeSpan.FromDays(30);

    public static void AddAccounts(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<GuestNames>();
        builder.Services.AddAuthentication(Scheme)
            .AddPolicyScheme(Scheme, null, options => options.ForwardDefaultSelector = SelectScheme)
            .AddCookie(options =>
            {
                options.Cookie.Name = "realtimehello";
                options.Cookie.HttpOnly = true;
                options.Cookie.SameSite = SameSiteMode.Strict;
                options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                options.ExpireTimeSpan = TokenLifetime;
                options.SlidingExpiration = false;
            })
            .AddBearerToken(options =>
            {
                options.BearerTokenExpiration = TokenLifetime;
                // A browser can't set headers on a WebSocket, so SignalR's clients put the token in the query.
                options.Events.OnMessageReceived = context =>
                {
                    if (context.Request.Query.TryGetValue("access_token", out var token) && token.Count == 1) context.Token = token[0];
                    return Task.CompletedTask;
                };
            });
        builder.Services.AddAuthorization();
    }

    private static string SelectScheme(HttpContext context) =>
        context.Request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
        || context.Request.Query.ContainsKey("access_token")
            ? BearerTokenDefaults.AuthenticationScheme
            : CookieAuthenticationDefaults.AuthenticationScheme;
}
