using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace RealtimeHello.Inspector.Endpoints;

/// <summary>
/// Says in a field of every answer which process gives it. Records and the operator's cookie live no longer than the process: whoever misses one learns here that another answers.
/// </summary>
internal static class ProcessMark
{
    private const string Field = "Inspector-Process";

    private static readonly string Process = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    public static ValueTask<object?> Set(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        invocation.HttpContext.Response.Headers[Field] = Process;
        return next(invocation);
    }
}
