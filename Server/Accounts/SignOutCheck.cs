using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace RealtimeHello.Server.Accounts;

/// <summary>Makes nobody of whoever signed out, whatever asks and whichever handler read the ticket: cookies and tokens are good by their signature alone.</summary>
internal sealed class SignOutCheck(SignOuts signOuts) : IClaimsTransformation
{
    public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal) =>
        Task.FromResult(Guest.TryReadId(principal, out var user) && signOuts.Has(user) ? new ClaimsPrincipal(new ClaimsIdentity()) : principal);
}
