using System.Globalization;
using Microsoft.AspNetCore.Http;
using RealtimeHello.Inspector.Access;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Application;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Inspector.Endpoints;

/// <summary>
/// Follows a value, such as a message's id, through all connections: where it came in, what the application said of it, whom it was delivered to
/// and when. Decodes the past, so it costs nothing until somebody asks.
/// </summary>
internal static class ValueSearch
{
    private const int ShortestText = 3;
    private const int LongestText = 200;
    private const int MostItems = 1_000;

    /// <summary>How long one search may take; what was not searched by then is said.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static IResult Find(
        HttpContext context, InspectorAccess access, Journal journal, TimeProvider clock, string? text, string? from, string? to, string? limit)
    {
        if (InspectorEndpoints.Refuse(context, access) is { } refusal) return refusal;
        if (text is not { Length: >= ShortestText and <= LongestText })
            return Results.Problem(statusCode: 400, title: "Bad text", detail: $"text is {ShortestText} to {LongestText} characters that an event holds, such as a message's id.");
        if (!InspectorEndpoints.TryReadLimit(limit, 200, out var most)) return InspectorEndpoints.BadLimit();
        if (!TryReadTime(from, out var begin) || !TryReadTime(to, out var end))
            return Results.Problem(statusCode: 400, title: "Bad time", detail: "from and to are times such as 2026-01-31T12:00:00Z (ISO 8601).");

        var began = clock.GetTimestamp();
        var found = new List<(LayerEvent Event, ConnectionRecord Record)>();
        var searched = 0;
        var incomplete = false;
        var records = journal.Connections
            .Where(record => access.MaySee(context, record))
            .Where(record => (end is null || record.OpenedAt <= end) && (begin is null || record.ClosedAt is null || record.ClosedAt >= begin))
            .OrderByDescending(record => record.OpenedAt);
        foreach (var record in records)
        {
            incomplete = clock.GetElapsedTime(began) > Patience || found.Count >= MostItems || context.RequestAborted.IsCancellationRequested;
            if (incomplete) break;
            searched++;
            Search(record, journal.Options.Decoders, text, begin, end, found);
            // It may have become somebody else's, too, while it was read.
            if (!access.MaySee(context, record)) found.RemoveAll(item => item.Record == record);
        }

        found.Sort((left, right) => left.Event.At != right.Event.At ? left.Event.At.CompareTo(right.Event.At) : left.Event.Sequence.CompareTo(right.Event.Sequence));
        var users = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (_, record) in found) users[record.Id] = record.UserName;
        return EventPage.Of(
            found.Take(most).Select(item => item.Event),
            more: writer =>
            {
                writer.WriteNumber("searched"u8, searched);
                writer.WriteBoolean("incomplete"u8, incomplete || found.Count > most);
            },
            moreOf: (writer, happened) => writer.WriteString("user"u8, users[happened.Connection]));
    }

    private static bool TryReadTime(string? text, out DateTimeOffset? time)
    {
        time = null;
        if (text is null) return true;
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var read)) return false;
        time = read;
        return true;
    }

    private static void Search(
        ConnectionRecord record, DecoderLimits limits, string text, DateTimeOffset? from, DateTimeOffset? to, List<(LayerEvent Event, ConnectionRecord Record)> found)
    {
        var reader = new ConnectionReader(record, DecodingDepth.Full, limits);
        var read = new List<LayerEvent>();
        bool more;
        do
        {
            read.Clear();
            more = reader.Read(read, atMost: 256);
            foreach (var happened in read)
            {
                if (happened.At < from) continue;
                if (happened.At > to) return;
                if (found.Count >= MostItems) return;
                if (Holds(happened.Detail, text, record.Facts.HubProtocol is not null)) found.Add((happened, record));
            }
        }
        while (more);
    }

    /// <summary>Looks where a value is carried: hub messages, messages of other protocols, and what the application says of itself.</summary>
    private static bool Holds(LayerDetail detail, string text, bool speaksSignalR) => detail switch
    {
        InvocationMessage call => Holds(call.Target, text) || call.Arguments.Any(argument => Holds(argument, text)) || Holds(call.InvocationId, text),
        StreamInvocationMessage call => Holds(call.Target, text) || call.Arguments.Any(argument => Holds(argument, text)) || Holds(call.InvocationId, text),
        StreamItemMessage item => Holds(item.Item, text),
        CompletionMessage completion => Holds(completion.Result, text) || Holds(completion.Error, text),
        ApplicationFact fact => Holds(fact.Text, text) || fact.Fields.Values.Any(value => Holds(value?.ToString(), text)),
        // What carries hub messages would only say it twice.
        WebSocketMessage message when !speaksSignalR => Holds(message.Text, text),
        _ => false,
    };

    private static bool Holds(string? place, string text) => place?.Contains(text, StringComparison.OrdinalIgnoreCase) == true;
}
