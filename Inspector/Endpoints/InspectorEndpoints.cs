using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RealtimeHello.Inspector.Access;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Inspector.Endpoints;

/// <summary>Connections and their events as JSON.</summary>
internal static class InspectorEndpoints
{
    private const int MostItems = 1_000;
    private const int MostOfOneHub = 20;

    public static void Map(RouteGroupBuilder group)
    {
        group.MapRead("/events", EventFeed.Open);
        group.MapRead("/find", ValueSearch.Find);
        group.MapRead("/connections", List);
        group.MapRead("/connections/{id}", One);
        group.MapRead("/connections/{id}/events", Events);
        group.MapRead("/connections/{id}/bytes", Bytes);
        SignInEndpoints.Map(group);
        ExportEndpoints.Map(group);
        DoctorEndpoints.Map(group);
    }

    private static IResult List(HttpContext context, InspectorAccess access, Journal journal, [AsParameters] ConnectionFilter filter, string? after, string? limit)
    {
        if (Refuse(context, access) is { } refusal) return refusal;
        if (!TryReadLimit(limit, 100, out var most)) return BadLimit();
        if (!filter.HasKnownState)
            return Results.Problem(statusCode: 400, title: "Unknown state", detail: "state is open, closed or refused.");
        ConnectionRecord? last = null;
        if (after is not null && (last = Visible(context, access, journal, after)) is null)
            return Results.Problem(statusCode: 410, title: "Not here any more", detail: "The connection that the last page ended with was forgotten meanwhile, or is not yours. Begin with the first page again.");
        var records = journal.Connections
            .Where(record => record.ConcernsRealTime)
            .Where(record => access.MaySee(context, record))
            .Where(filter.Takes)
            .OrderByDescending(record => record.OpenedAt).ThenByDescending(record => record.Id, StringComparer.Ordinal)
            .SkipWhile(record => last is not null && (record.OpenedAt > last.OpenedAt || (record.OpenedAt == last.OpenedAt && string.CompareOrdinal(record.Id, last.Id) >= 0)))
            .Take(most + 1)
            .ToList();
        var items = records.Take(most).ToList();
        return Results.Json(new JsonObject
        {
            ["items"] = new JsonArray([.. items.Select(record => (JsonNode)ConnectionJson.Of(record))]),
            ["next"] = records.Count > items.Count ? items[^1].Id : null,
        });
    }

    private static IResult One(HttpContext context, InspectorAccess access, Journal journal, string id)
    {
        if (Refuse(context, access) is { } refusal) return refusal;
        if (Visible(context, access, journal, id) is not { } record) return Unknown(context, access, id);
        var json = ConnectionJson.Of(record);
        json["sameHub"] = new JsonArray([.. OfTheSameHub(context, access, journal, record).Select(id => (JsonNode)id)]);
        return Results.Json(json);
    }

    /// <summary>The other connections that its hub connection went over, the newest of them, in order of time.</summary>
    private static IEnumerable<string> OfTheSameHub(HttpContext context, InspectorAccess access, Journal journal, ConnectionRecord record) =>
        record.HubConnectionId is not { } hub ? [] : journal.Connections
            .Where(other => other != record && other.HubConnectionId == hub)
            .Where(other => access.MaySee(context, other))
            .OrderBy(other => other.OpenedAt).ThenBy(other => other.Id, StringComparer.Ordinal)
            .TakeLast(MostOfOneHub)
            .Select(other => other.Id);

    private static IResult Events(HttpContext context, InspectorAccess access, Journal journal, string id, string? after, string? limit, string? layers)
    {
        if (Refuse(context, access) is { } refusal) return refusal;
        if (!TryReadLimit(limit, 200, out var most)) return BadLimit();
        if (Visible(context, access, journal, id) is not { } record) return Unknown(context, access, id);
        EventSequence from = default;
        if (after is not null && !EventSequence.TryParse(after, out from))
            return Results.Problem(statusCode: 400, title: "Bad sequence", detail: "after is the sequence of an event, as it was given.");
        if (!TryReadLayers(layers, out var wanted)) return UnknownLayer();
        var reader = new ConnectionReader(record, DecodingDepth.Full, journal.Options.Decoders);
        var found = new List<LayerEvent>();
        var read = new List<LayerEvent>();
        bool more;
        do
        {
            read.Clear();
            more = reader.Read(read, atMost: 256);
            found.AddRange(read.Where(happened => (after is null || happened.Sequence > from) && (wanted.Count == 0 || wanted.Contains(happened.Detail.Layer))));
        }
        while (more && found.Count <= most);

        // It may have become somebody else's, too, while it was read.
        if (Visible(context, access, journal, id) != record) return Unknown(context, access, id);
        var items = found.Take(most).ToList();
        return EventPage.Of(items, more: writer => writer.WriteString("next"u8, found.Count > items.Count ? items[^1].Sequence.ToString() : null));
    }

    private static IResult Bytes(
        HttpContext context, InspectorAccess access, Journal journal, string id, string? tap, string? direction, string? start, string? end)
    {
        if (Refuse(context, access) is { } refusal) return refusal;
        if (Visible(context, access, journal, id) is not { } record) return Unknown(context, access, id);
        TapPoint? point = tap switch { null or "plain" => TapPoint.Plain, "wire" => TapPoint.Wire, _ => null };
        Direction? way = direction switch { "received" => Direction.Received, "sent" => Direction.Sent, _ => null };
        if (point is null || way is null || !TryReadNumber(start, out var from) || !TryReadNumber(end, out var to) || to < from || to - from > ConnectionRecord.LongestRange)
        {
            return Results.Problem(statusCode: 400, title: "Bad range", detail:
                $"tap is wire or plain, direction received or sent, start and end are offsets in that stream, at most {ConnectionRecord.LongestRange} bytes apart.");
        }

        return record.ReadBytes(point.Value, way.Value, new ByteRange(from, to)) is { } bytes
            ? Results.Bytes(bytes, "application/octet-stream")
            : Results.Problem(statusCode: 410, title: "Not here", detail: "Some of these bytes were evicted, are still to come, or are of a kind that is not stored (HTTP content, ciphertext).");
    }

    /// <summary>A list such as <c>http,webSocket</c>; none means all.</summary>
    internal static bool TryReadLayers(string? layers, out HashSet<Layer> wanted)
    {
        wanted = [];
        foreach (var name in layers?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            if (!LayerNames.TryParse(name, out var layer)) return false;
            wanted.Add(layer);
        }

        return true;
    }

    internal static IResult UnknownLayer() => Results.Problem(
        statusCode: 400, title: "Unknown layer", detail: "layers is a list of tcp, tls, http, webSocket, signalR, hub, application.");

    internal static IResult? Refuse(HttpContext context, InspectorAccess access) =>
        access.IsOperator(context) || access.UserOf(context) is not null
            ? null
            : Results.Problem(
                statusCode: 401,
                title: "Nobody is signed in",
                detail: "Sign in to see your own connections, open the sign-in link that the server printed, or bring the operator's token as Authorization: Bearer.");

    /// <summary>Read here and not by the framework, whose answer to what is no number says nothing.</summary>
    internal static bool TryReadLimit(string? text, int otherwise, out int limit)
    {
        limit = otherwise;
        return text is null || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MostItems);
    }

    internal static IResult BadLimit() => Results.Problem(statusCode: 400, title: "Bad limit", detail: $"limit is 1 to {MostItems}.");

    private static bool TryReadNumber(string? text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>Somebody else's connection and one that is not there look the same.</summary>
    internal static ConnectionRecord? Visible(HttpContext context, InspectorAccess access, Journal journal, string id) =>
        journal.Find(id) is { } record && access.MaySee(context, record) ? record : null;

    internal static IResult Unknown(HttpContext context, InspectorAccess access, string id)
    {
        var seesAll = access.IsOperator(context);
        return Results.Problem(
            statusCode: 404,
            title: "No such connection",
            detail: $"There is no connection {PrintableText.OneLine(id, 40)}, {(seesAll ? "" : "or it is not yours, ")}or it was forgotten.",
            extensions: [new("seesAll", seesAll)]);
    }
}
