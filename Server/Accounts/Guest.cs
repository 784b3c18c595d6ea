using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;

namespace RealtimeHello.Server.Accounts;

/// <summary>A signed-in guest: the id is the user, the name is a label.</summary>
internal sealed record Guest(Guid Id, UserName Name)
{
    /// <summary>The id as it stands in claims and in answers.</summary>
    public string IdText => ToText(Id);

    public ClaimsPrincipal ToPrincipal() => new(new ClaimsIdentity(
        [new Claim(ClaimTypes.NameIdentifier, IdText), new Claim(ClaimTypes.Name, Name.Text)], AccountsSetup.Scheme));

    public static bool TryRead(ClaimsPrincipal? principal, [NotNullWhen(true)] out Guest? guest)
    {
        guest = null;
        if (principal?.Identity?.IsAuthenticated != true || !TryReadId(principal, out var id)) return false;
        if (!UserName.TryParse(principal.FindFirstValue(ClaimTypes.Name), out var name)) return false;
        guest = new Guest(id, name);
        return true;
    }

    public static string ToText(Guid id) => id.ToString("N");

    public static bool TryReadId(ClaimsPrincipal principal, out Guid id) => Guid.TryParseExact(principal.FindFirstValue(ClaimTypes.NameIdentifier), "N", out id);
}
