using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RealtimeHello.Inspector.Access;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Inspector.Endpoints;

/// <summary>
/// Events as they come, as server-sent events and not over a WebSocket: the inspector has to work exactly when WebSockets don't. The id of an
/// event is its sequence, so that Last-Event-ID resumes. The feed's own connection is not recorded: no echo of itself.
/// </summary>
internal static class EventFeed
{
    private const int EventsAtOnce = 256;

    public static IResult Open(HttpContext context, InspectorAccess access, Journal journal, string? connection, string? layers)
    {
        if (InspectorEndpoints.Refuse(context, access) is { } refusal) return refusal;
        if (!InspectorEndpoints.TryReadLayers(layers, out var wanted)) return InspectorEndpoints.UnknownLayer();
        EventSequence? after = EventSequence.TryParse(context.Request.Headers["Last-Event-ID"], out var last) ? last : null;
        if (context.FindRecorder() is { } own) journal.Forget(own.Record);
        context.Response.Headers["X-Accel-Buffering"] = "no";
        return Results.ServerSentEvents(Follow(context, access, journal, connection, wanted, after, context.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<string>> Follow(
        HttpContext context, InspectorAccess access, Journal journal, string? connection, HashSet<Layer> wanted, EventSequence? after,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var watch = journal.Watch();
        var from = after ?? new EventSequence(journal.LastNumber, long.MaxValue, Layer.Application, int.MaxValue);
        var readers = new Dictionary<ConnectionRecord, ConnectionReader>();
        var events = new List<LayerEvent>();
        // What is there already: whoever resumes gets what it missed, whoever begins learns at once that the feed works.
        yield return new SseItem<string>("{}", "ready");
        var due = after is null ? [] : journal.Connections.ToList();
        while (true)
        {
            foreach (var record in due)
            {
                if ((connection is not null && record.Id != connection) || !access.MaySee(context, record)) continue;
                if (!readers.TryGetValue(record, out var reader))
                    readers.Add(record, reader = new ConnectionReader(record, DecodingDepth.Full, journal.Options.Decoders));
                bool more;
                do
                {
                    events.Clear();
                    more = reader.Read(events, EventsAtOnce);
                    foreach (var happened in events)
                    {
                        if (happened.Sequence <= from) continue;
                        if (happened.Detail is Gap gap) yield return new SseItem<string>(new JsonObject { ["connection"] = record.Id, ["bytes"] = gap.Length }.ToJsonString(), "missed");
                        if (wanted.Count > 0 && !wanted.Contains(happened.Detail.Layer)) continue;
                        yield return new SseItem<string>(ConnectionJson.Of(happened).ToJsonString()) { EventId = happened.Sequence.ToString() };
                    }
                }
                while (more);

                if (record.ClosedAt is not null) readers.Remove(record);
            }

            try
            {
                if (!await watch.WaitAsync(cancellationToken)) yield break;
            }
            catch (OperationCanceledException)
            {
                yield break;
            }

            due = [.. watch.Take()];
        }
    }
}
