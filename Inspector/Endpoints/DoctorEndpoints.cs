using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RealtimeHello.Inspector.Access;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Diagnosis;

namespace RealtimeHello.Inspector.Endpoints;

/// <summary>
/// What the doctor's view in the browser probes, and the catalogue that explains what it saw: the same as the doctor's in the terminal. Any application that has the
/// inspector has them, under the same access rules.
/// </summary>
internal static class DoctorEndpoints
{
    /// <summary>Events of the stream, and the time between them: long enough to tell a proxy that holds them back from one that does not.</summary>
    private const int StreamEvents = 5;

    private const int LongestEvidence = 4 * 1024;

    private static readonly TimeSpan StreamGap = TimeSpan.FromMilliseconds(200);

    private static readonly JsonSerializerOptions Shape = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    public static void Map(RouteGroupBuilder group)
    {
        group.MapRead("/probe", Probe);
        group.MapRead("/probe/stream", Stream);
        group.MapRead("/diagnosis", Diagnose);
        // The application may have no WebSockets of its own: this endpoint brings its own middleware.
        var echo = ((IEndpointRouteBuilder)group).CreateApplicationBuilder();
        echo.UseWebSockets();
        echo.Run(Echo);
        // The last part is the viewer's: a name to find the attempt by.
        group.Map("/echo/{attempt?}", echo.Build());
    }

    /// <summary>An answer with nothing in it but how the server sees whoever asks.</summary>
    private static IResult Probe(HttpContext context, InspectorAccess access)
    {
        if (InspectorEndpoints.Refuse(context, access) is { } refusal) return refusal;
        return Results.Json(new { client = $"{context.Connection.RemoteIpAddress?.MapToIPv6()}".Replace("::ffff:", "", StringComparison.Ordinal), scheme = context.Request.Scheme, host = context.Request.Host.Value, protocol = context.Request.Protocol });
    }

    /// <summary>A few server-sent events, one after the other.</summary>
    private static IResult Stream(HttpContext context, InspectorAccess access)
    {
        if (InspectorEndpoints.Refuse(context, access) is { } refusal) return refusal;
        context.Response.Headers["X-Accel-Buffering"] = "no";
        return Results.Stream(
            async body =>
            {
                for (var i = 0; i < StreamEvents && !context.IsOfHeadAlone(); i++)
                {
                    if (i > 0) await Task.Delay(StreamGap, context.RequestAborted);
                    await body.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"data: {i}\n\n"), context.RequestAborted);
                    await body.FlushAsync(context.RequestAborted);
                }
            },
            "text/event-stream");
    }

    /// <summary>
    /// Evidence in, cause and fix out. It changes nothing, and so is a GET: a proxy that does not pass Host on makes origin checks refuse everything else, which is one of
    /// the things to be explained. The proxy on the way is recognised by the answer's own fields.
    /// </summary>
    private static IResult Diagnose(HttpContext context, InspectorAccess access, string? evidence)
    {
        if (InspectorEndpoints.Refuse(context, access) is { } refusal) return refusal;
        if (evidence is null or { Length: > LongestEvidence }) return Results.Problem(statusCode: 400, title: "Bad evidence", detail: $"evidence is JSON, at most {LongestEvidence} characters.");
        try
        {
            var seen = JsonSerializer.Deserialize<ProbeEvidence>(evidence, Shape) ?? throw new JsonException("It is null.");
            var proxy = ProxyFingerprint.Of([KeyValuePair.Create("Server", seen.Server)], seen.Text).Proxy;
            return Results.Json(ConnectCauses.Find(seen with { Proxy = proxy }), Shape);
        }
        catch (JsonException wrong)
        {
            return Results.Problem(statusCode: 400, title: "Bad evidence", detail: PrintableText.OneLine(wrong.Message, 300));
        }
    }

    private static async Task Echo(HttpContext context)
    {
        var services = context.RequestServices;
        if (InspectorEndpoints.Refuse(context, services.GetRequiredService<InspectorAccess>()) is { } refusal)
        {
            await refusal.ExecuteAsync(context);
            return;
        }

        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            // RFC 9110 7.8 wants it named; Kestrel closes behind a Connection field of ours, which has to be told too.
            context.Response.Headers.Connection = "upgrade, close";
            await Results.Problem(statusCode: 426, title: "WebSocket only", detail: "This path speaks WebSocket, and echoes each message: the Upgrade field did not reach it.").ExecuteAsync(context);
            return;
        }

        await WebSocketEcho.Serve(context, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
    }
}
