using Microsoft.AspNetCore.Http;

namespace RealtimeHello.Inspector.Endpoints;

/// <summary>Lets nobody keep an answer, unless its endpoint says otherwise: what is in it, and whether it is one, depends on who asks, and some hold a cookie or what somebody wrote.</summary>
internal static class Uncached
{
    public static ValueTask<object?> Set(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        invocation.HttpContext.Response.Headers.CacheControl = "no-store";
        return next(invocation);
    }
}
