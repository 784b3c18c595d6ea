using System.Text.Json;
using RealtimeHello.Inspector;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Exports;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Server.Hello;

/// <summary>The events of one connection to the echo, each with its bytes, for whoever opened it. In the shape of the inspector's events.</summary>
internal static class HelloEvents
{
    /// <summary>Events in one answer; <c>more</c> says that there are others.</summary>
    private const int MostItems = 500;

    /// <summary>Bytes of an event that are sent along, from its first on.</summary>
    private const int MostBytes = 1_024;

    public static void AddHello(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<HelloWatches>();
        // Whoever knows the value may look: it is a secret.
        builder.Services.Configure<InspectorOptions>(inspector => inspector.Secrets.QueryParameters.Add(HelloWatches.Parameter));
    }

    /// <summary><c>GET /hello/events?watch=&amp;after=</c>: <c>{ items, more, tcpInfo }</c>.</summary>
    public static void MapHelloEvents(this IEndpointRouteBuilder endpoints, string path) =>
        endpoints.MapMethods($"{path}/events", [HttpMethods.Get, HttpMethods.Head], (HttpContext context, HelloWatches watches, string? watch, string? after) =>
        {
            context.Response.Headers.CacheControl = "no-store";
            if (watches.Find(watch) is not { } record)
                return Results.Problem(statusCode: 404, title: "No such connection", detail: "No connection was opened with this value, or it was forgotten, or connections are not recorded.");
            EventSequence from = default;
            if (after is not null && !EventSequence.TryParse(after, out from))
                return Results.Problem(statusCode: 400, title: "Bad sequence", detail: "after is the sequence of an event, as it was given.");
            return Results.Bytes(Write(record, after is null ? null : from), "application/json");
        });

    private static byte[] Write(ConnectionRecord record, EventSequence? after)
    {
        using var body = new MemoryStream();
        using var json = new Utf8JsonWriter(body);
        var reader = new ConnectionReader(record, DecodingDepth.Full);
        var events = new List<LayerEvent>();
        var count = 0;
        json.WriteStartObject();
        json.WriteStartArray("items"u8);
        var more = true;
        while (more && count < MostItems)
        {
            events.Clear();
            more = reader.Read(events, atMost: 64);
            foreach (var happened in events)
            {
                if (happened.Sequence <= after) continue;
                EventJson.Write(json, happened, writer => writer.WriteString("hex"u8, Bytes(record, happened)));
                count++;
            }
        }

        json.WriteEndArray();
        json.WriteBoolean("more"u8, more);
        json.WritePropertyName("tcpInfo"u8);
        JsonSerializer.Serialize(json, record.ReadTcpStatistics(), EventJson.Options);
        json.WriteEndObject();
        json.Flush();
        return body.ToArray();
    }

    /// <summary>The beginning of an event's bytes, as hexadecimal digits; null where they are not kept, or not all there yet.</summary>
    private static string? Bytes(ConnectionRecord record, LayerEvent happened)
    {
        if (happened is not { Bytes: { } range, Tap: { } tap }) return null;
        var counters = record.Counters;
        var passed = happened.Direction == Direction.Received ? counters.BytesReceived : counters.BytesSent;
        var end = Math.Min(range.End, range.Start + MostBytes);
        // A long frame may still be on its way; of the wire under TLS only the handshake is kept.
        if (tap == TapPoint.Plain) end = Math.Min(end, passed);
        return end > range.Start && record.ReadBytes(tap, happened.Direction, range with { End = end }) is { } bytes ? Convert.ToHexStringLower(bytes) : null;
    }
}
