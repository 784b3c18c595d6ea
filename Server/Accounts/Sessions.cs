using System.Globalization;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using RealtimeHello.Contracts;
using RealtimeHello.Server.Storage;

namespace RealtimeHello.Server.Accounts;

/// <summary>Sign in, who am I, sign out.</summary>
internal static class Sessions
{
    /// <summary>The rate limit of signing in.</summary>
    public const string SignInPolicy = "sign-in";

    public static void MapAccounts(this WebApplication app)
    {
        app.UseRateLimiter();
        app.MapPost("/session", SignIn).RequireRateLimiting(SignInPolicy);
        app.MapMethods("/session", [HttpMethods.Get, HttpMethods.Head], (Delegate)WhoAmI);
        app.MapDelete("/session", SignOut);
    }

    /// <summary>401 for whoever is not signed in, or whose name belongs to somebody else by now; null for a guest in good standing.</summary>
    public static IResult? Refuse(AuthenticateResult ticket, GuestNames names)
    {
        if (!Guest.TryRead(ticket.Principal, out var guest))
            return new Unauthorized("Not signed in", "Sign in with POST /session first, and bring its cookie or its accessToken.");
        return names.FindOther(guest.Name, guest.Id) is null
            ? null
            : new Unauthorized("Name taken", $"The name {guest.Name.Text} came free and belongs to somebody else now: sign in with another name.");
    }

    /// <summary>429, and when to try again.</summary>
    public static Task RefuseTooMany(OnRejectedContext context)
    {
        if (context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait))
            context.HttpContext.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Problem(StatusCodes.Status429TooManyRequests, "Too many sign-ins", "Too many sign-ins came from this address; wait a minute.")
            .ExecuteAsync(context.HttpContext);
    }

    private static async Task<IResult> SignIn(HttpContext context, GuestNames names, TimeProvider clock, IOptionsMonitor<BearerTokenOptions> bearer)
    {
        if (!UserName.TryParse(await ReadName(context.Request), out var name)) return Problem(StatusCodes.Status400BadRequest, "Bad name", UserNameRule.Sentence);

        // Whoever brings the cookie or the token of this name is its user, and no new one: signing out later ends the old cookies and tokens too.
        var isKnown = Guest.TryRead((await context.AuthenticateAsync()).Principal, out var current) && current.Name.Key == name.Key;
        var guest = isKnown ? new Guest(current!.Id, name) : new Guest(Guid.CreateVersion7(), name);
        if (names.Claim(name, guest.Id) is { } holder) return Held(holder);

        var expiresAt = clock.GetUtcNow() + AccountsSetup.TokenLifetime;
        var properties = new AuthenticationProperties { IsPersistent = true, ExpiresUtc = expiresAt };
        await context.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, guest.ToPrincipal(), properties);
        // The bearer handler's own SignIn writes an answer of its own shape; its protector makes the same token for ours.
        var ticket = new AuthenticationTicket(guest.ToPrincipal(), properties, $"{BearerTokenDefaults.AuthenticationScheme}:AccessToken");
        var token = bearer.Get(BearerTokenDefaults.AuthenticationScheme).BearerTokenProtector.Protect(ticket);
        return Results.Json(new SignedIn(guest.IdText, guest.Name.Text, token, expiresAt.UtcDateTime));
    }

    private static async Task<IResult> WhoAmI(HttpContext context, GuestNames names)
    {
        context.Response.Headers.CacheControl = "no-store";
        var ticket = await context.AuthenticateAsync();
        if (Refuse(ticket, names) is { } refusal) return refusal;
        Guest.TryRead(ticket.Principal, out var guest);
        return Results.Json(new WhoIs(guest!.IdText, guest.Name.Text, ticket.Properties?.ExpiresUtc?.UtcDateTime));
    }

    private static async Task<IResult> SignOut(HttpContext context, GuestNames names, SignOuts signOuts)
    {
        if (Guest.TryRead((await context.AuthenticateAsync()).Principal, out var guest))
        {
            try
            {
                await signOuts.Add(guest.Id);
            }
            catch (StoreUnavailableException)
            {
                return Problem(StatusCodes.Status503ServiceUnavailable, "Not signed out", "The store takes no writes, and a restart would let you in again; try again in a moment.");
            }

            names.Release(guest.Name, guest.Id);
        }

        await context.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return Results.NoContent();
    }

    private static async Task<string?> ReadName(HttpRequest request)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            return body.RootElement.ValueKind == JsonValueKind.Object
                && body.RootElement.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
        }
        catch (Exception trouble) when (trouble is JsonException or InvalidOperationException or BadHttpRequestException)
        {
            // No JSON, a string with half a surrogate pair, or more than the server reads.
            return null;
        }
    }

    private static IResult Held(NameHolder holder) => Results.Problem(
        statusCode: StatusCodes.Status409Conflict,
        title: "Name held",
        detail: holder.Until is { } until
            ? $"Somebody else holds this name until {until.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}."
            : "Somebody with this name is connected now; it comes free ten minutes after the last connection ends.",
        extensions: [new("heldUntil", holder.Until?.UtcDateTime)]);

    private static IResult Problem(int status, string title, string detail) => Results.Problem(statusCode: status, title: title, detail: detail);

    /// <summary>401 with the challenge that RFC 9110 15.5.2 asks for.</summary>
    private sealed class Unauthorized(string title, string detail) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.WWWAuthenticate = "Bearer";
            return Problem(StatusCodes.Status401Unauthorized, title, detail).ExecuteAsync(httpContext);
        }
    }
}

/// <summary>The answer to a sign-in.</summary>
internal sealed record SignedIn(string User, string Name, string AccessToken, DateTime ExpiresAt);

/// <summary>Who the caller is.</summary>
internal sealed record WhoIs(string User, string Name, DateTime? ExpiresAt);
