using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RealtimeHello.Inspector.Access;

/// <summary>
/// Bounds how many wrong operator's tokens of one address a minute are answered as such, in the form and as <c>Authorization: Bearer</c>; the others are told to wait. It is asked of wrong ones alone, so
/// that nobody keeps the operator out by guessing, and so makes no guess harder: being told to wait says as much as being told that it is wrong. Against guesses stands the token's length. What is
/// gained is that whoever tries on, such as a script with an old token, learns so, and stands out. Memory is bounded: addresses share a fixed number of limiters, and which do, nobody outside can
/// tell. Thread-safe.
/// </summary>
internal sealed class TokenGuesses : IDisposable
{
    private const int WrongOnes = 10;
    private const int Limiters = 1024;

    private static readonly FixedWindowRateLimiterOptions Limit = new() { PermitLimit = WrongOnes, Window = TimeSpan.FromMinutes(1), AutoReplenishment = false };

    private readonly FixedWindowRateLimiter?[] limiters = new FixedWindowRateLimiter?[Limiters];

    /// <summary>In front of each endpoint, behind <see cref="InspectorAccess.AskPolicy"/>: 429 for one wrong token too many. A signed-in user's own token is none of the operator's.</summary>
    public static ValueTask<object?> CountBearer(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        var access = context.RequestServices.GetRequiredService<InspectorAccess>();
        var isGuess = access.HasToken && InspectorAccess.BearerOf(context) is not null && !access.IsOperator(context) && access.UserOf(context) is null;
        return isGuess && !context.RequestServices.GetRequiredService<TokenGuesses>().TryCount(context)
            ? ValueTask.FromResult<object?>(Results.Problem(
                statusCode: StatusCodes.Status429TooManyRequests, title: "Too many wrong tokens", detail: "Too many wrong tokens came from this address, and this is another. Wait a minute, and bring the operator's."))
            : next(invocation);
    }

    /// <summary>Counts a wrong token.</summary>
    /// <returns>False: it is one too many, and the answer says when to try again.</returns>
    public bool TryCount(HttpContext context)
    {
        var limiter = LimiterOf(Subscriber(context.Connection.RemoteIpAddress));
        limiter.TryReplenish();
        using var lease = limiter.AttemptAcquire();
        if (!lease.IsAcquired) context.Response.Headers.RetryAfter = "60";
        return lease.IsAcquired;
    }

    public void Dispose()
    {
        foreach (var limiter in limiters) limiter?.Dispose();
    }

    /// <summary>Of IPv6 the network of one subscriber, /64.</summary>
    private static string Subscriber(IPAddress? address)
    {
        if (address is null) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }

    /// <summary>Hash codes of strings are other ones in every process.</summary>
    private FixedWindowRateLimiter LimiterOf(string subscriber)
    {
        ref var place = ref limiters[(uint)subscriber.GetHashCode(StringComparison.Ordinal) % Limiters];
        if (Volatile.Read(ref place) is { } limiter) return limiter;
        var made = new FixedWindowRateLimiter(Limit);
        return Interlocked.CompareExchange(ref place, made, null) ?? made;
    }
}
