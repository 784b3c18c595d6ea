using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using RealtimeHello.Server.Chat;

namespace RealtimeHello.Server.Accounts;

/// <summary>Guests sign in by name; a cookie serves browsers, a bearer token everybody else.</summary>
internal static class AccountsSetup
{
    /// <summary>The scheme that looks at a request and asks the cookie's or the bearer token's handler.</summary>
    public const string Scheme = "Guest";

    /// <summary>How long a cookie or a token is good for.</summary>
    public static readonly TimeSpan TokenLifetime = TimeSpan.FromDays(30);

    /// <summary>Accounts need the storage's hosted service to have run: add them after it.</summary>
    public static void AddAccounts(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<GuestNames>();
        builder.Services.AddHostedService<NameKeeper>();
        builder.Services.AddSingleton<SignOuts>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SignOuts>());
        builder.Services.AddSingleton<IClaimsTransformation, SignOutCheck>();
        builder.Services.AddAuthentication(Scheme)
            .AddPolicyScheme(Scheme, null, options => options.ForwardDefaultSelector = SelectScheme)
            .AddCookie(ConfigureCookie)
            .AddBearerToken(ConfigureBearer);
        builder.Services.AddAuthorization();
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.OnRejected = (context, _) => new ValueTask(Sessions.RefuseTooMany(context));
            limiter.AddPolicy(Sessions.SignInPolicy, LimitSignIns);
        });
    }

    private static string SelectScheme(HttpContext context) =>
        context.Request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || context.Request.Query.ContainsKey("access_token")
            ? BearerTokenDefaults.AuthenticationScheme
            : CookieAuthenticationDefaults.AuthenticationScheme;

    private static void ConfigureCookie(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "realtimehello";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = TokenLifetime;
        options.SlidingExpiration = false;
        // There is no page to redirect to: the chat page asks by itself.
        options.Events.OnRedirectToLogin = context => Answer(context, StatusCodes.Status401Unauthorized);
        options.Events.OnRedirectToAccessDenied = context => Answer(context, StatusCodes.Status403Forbidden);

        static Task Answer(RedirectContext<CookieAuthenticationOptions> context, int status)
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        }
    }

    private static void ConfigureBearer(BearerTokenOptions options)
    {
        options.BearerTokenExpiration = TokenLifetime;
        options.Events.OnMessageReceived = context =>
        {
            // A browser can't set headers on a WebSocket, so SignalR's clients put the token in the query.
            if (context.Request.Query.TryGetValue("access_token", out var token) && token.Count == 1) context.Token = token[0];
            return Task.CompletedTask;
        };
    }

    /// <summary>By address, so that nobody takes all names: a whole IPv6 network of one subscriber counts as one.</summary>
    private static RateLimitPartition<string> LimitSignIns(HttpContext context)
    {
        var perMinute = context.RequestServices.GetRequiredService<IOptions<ChatOptions>>().Value.SignInsPerMinute;
        return perMinute <= 0
            ? RateLimitPartition.GetNoLimiter("")
            : RateLimitPartition.GetSlidingWindowLimiter(Subscriber(context.Connection.RemoteIpAddress), _ => new SlidingWindowRateLimiterOptions
            {
                PermitLimit = perMinute,
                Window = TimeSpan.FromMinutes(1),
                SegmentsPerWindow = 6,
            });
    }

    private static string Subscriber(IPAddress? address)
    {
        if (address is null) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }
}
