using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RealtimeHello.Tests.Inspector;

/// <summary>The stranger's own users: Basic authentication (RFC 7617), an id under <c>sub</c>, a role for whoever's name begins with boss, and a second for whoever's begins with brief.</summary>
internal sealed class StrangersUsers(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Basic";

    public const string Operators = "Operators";

    public static string Authorization(string name) => $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:password of {name}"))}";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var authorization = Request.Headers.Authorization.ToString();
        if (!authorization.StartsWith("Basic ", StringComparison.Ordinal)) return Task.FromResult(AuthenticateResult.NoResult());
        var name = Encoding.UTF8.GetString(Convert.FromBase64String(authorization["Basic ".Length..])).Split(':')[0];
        var identity = new ClaimsIdentity([new Claim("sub", $"id-of-{name}"), new Claim(ClaimTypes.Name, name)], SchemeName);
        if (name.StartsWith("boss", StringComparison.Ordinal)) identity.AddClaim(new Claim(ClaimTypes.Role, "operator"));
        var properties = new AuthenticationProperties { ExpiresUtc = name.StartsWith("brief", StringComparison.Ordinal) ? TimeProvider.GetUtcNow().AddSeconds(1) : null };
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), properties, SchemeName)));
    }
}
