using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;

namespace RealtimeHello.Server.Accounts;

/// <summary>Sign in, who am I, sign out.</summary>
internal static class SessionEndpoints
{
    public static void MapAccounts(this WebApplication app)
    {
        app.MapPost("/session", SignIn);
        app.MapGet("/session", (Delegate)WhoAmI);
        app.MapDelete("/session", SignOut);
    }

    private static async Task<IResult> SignIn(HttpContext context, GuestNames names, TimeProvider clock, IOptionsMonitor<BearerTokenOptions> bearer)
    {
        var asked = await ReadName(context.Request);
        if (!UserName.TryParse(asked, out var name)) return Problem(StatusCodes.Status400BadRequest, "Bad name", UserName.Rule);

        var known = Guest.TryRead((await context.AuthenticateAsync()).Principal, out var current) && current.Name.Key == name.Key;
        var guest = new Guest(known ? current!.Id : Guid.CreateVersion7(), name);
        if (names.Claim(name, guest.Id) is { } holder) return Held(holder);

        var expiresAt = clock.GetUtcNow() + AccountsSetup.TokenLifetime;
        await context.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, guest.ToPrincipal("Guest"),
            new AuthenticationProperties { IsPersistent = true, ExpiresUtc = expiresAt });
        var ticket = new AuthenticationTicket(guest.ToPrincipal("Guest"), new AuthenticationProperties { ExpiresUtc = expiresAt },
            $"{BearerTokenDefaults.AuthenticationScheme}:AccessToken");
        var token = bearer.Get(BearerTokenDefaults.AuthenticationScheme).BearerTokenProtector.Protect(ticket);
        return Results.Json(new SignedIn(guest.IdText, guest.Name.Text, token, expiresAt.UtcDateTime));
    }

    private static async Task<IResult> WhoAmI(HttpContext context) =>
        Guest.TryRead((await context.AuthenticateAsync()).Principal, out var guest)
            ? Results.Json(new WhoIs(guest.IdText, guest.Name.Text))
            : Problem(StatusCodes.Status401Unauthorized, "Not signed in", "Sign in with POST /session first.");

    private static async Task<IResult> SignOut(HttpContext context, GuestNames names)
    {
        if (Guest.TryRead((await context.AuthenticateAsync()).Principal, out var guest)) names.Release(guest.Name, guest.Id);
        await context.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return Results.NoContent();
    }

    private static async Task<string?> ReadName(HttpRequest request)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            return body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("name", out var name)
                && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
        }
        catch (Exception trouble) when (trouble is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static IResult Held(NameHolder holder) => Results.Problem(
        statusCode: StatusCodes.Status409Conflict,
        title: "Name held",
        detail: holder.IsConnected
            ? "Somebody with this name is connected; it comes free ten minutes after that ends."
            : $"Somebody holds this name until {holder.Until.UtcDateTime:O}.",
        extensions: [new("heldUntil", holder.IsConnected ? null : holder.Until.UtcDateTime)]);

    private static IResult Problem(int status, string title, string detail) => Results.Problem(statusCode: status, title: title, detail: detail);
}

/// <summary>The answer to a sign-in.</summary>
internal sealed record SignedIn(string User, string Name, string AccessToken, DateTime ExpiresAt);

/// <summary>Who the caller is.</summary>
internal sealed record WhoIs(string User, string Name);
