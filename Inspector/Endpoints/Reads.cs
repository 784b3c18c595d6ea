using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RealtimeHello.Inspector.Endpoints;

/// <summary>What only reads is asked for by GET, and by HEAD, which is answered alike, without the content (RFC 9110 9.3.2): the server leaves that away.</summary>
internal static class Reads
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static RouteHandlerBuilder MapRead(this RouteGroupBuilder group, string pattern, Delegate handler) => group.MapMethods(pattern, Methods, handler);

    /// <summary>Whether the content would be made for nobody.</summary>
    public static bool IsOfHeadAlone(this HttpContext context) => HttpMethods.IsHead(context.Request.Method);
}
