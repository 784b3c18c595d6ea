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

    /// <summary>Characters of an argument or result that are looked through.</summary>
    private const int SearchedCharacters = 128 * 1024;

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
        var found = new List<Found>();
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
        var of = found.ToDictionary<Found, LayerEvent>(item => item.Event, ReferenceEqualityComparer.Instance);
        return EventPage.Of(
            found.Take(most).Select(item => item.Event),
            more: writer =>
            {
                writer.WriteNumber("searched"u8, searched);
                writer.WriteBoolean("incomplete"u8, incomplete || found.Count > most);
                writer.WriteBoolean("seesAll"u8, access.IsOperator(context));
            },
            moreOf: (writer, happened) =>
            {
                var item = of[happened];
                writer.WriteString("user"u8, item.Record.UserName);
                if (item.Call is not null) writer.WriteString("call"u8, item.Call);
            });
    }

    private static bool TryReadTime(string? text, out DateTimeOffset? time)
    {
        time = null;
        if (text is null) return true;
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var read)) return false;
        time = read;
        return true;
    }

    private static void Search(ConnectionRecord record, DecoderLimits limits, string text, DateTimeOffset? from, DateTimeOffset? to, List<Found> found)
    {
        // A room's history is longer than what is shown of it.
        var reader = new ConnectionReader(record, DecodingDepth.Full, limits with { ShownCharacters = Math.Max(limits.ShownCharacters, SearchedCharacters) });
        var read = new List<LayerEvent>();
        var calls = new CallsUnderWay();
        var holding = new Dictionary<EventSequence, string?>();
        var more = true;
        while (more && found.Count + holding.Count < MostItems)
        {
            read.Clear();
            more = reader.Read(read, atMost: 32);
            foreach (var happened in read)
            {
                if (happened.At > to)
                {
                    more = false;
                    break;
                }

                var call = calls.Of(happened);
                if (happened.At >= (from ?? happened.At) && Holds(happened.Detail, text, record.Facts.HubProtocol is not null)) holding[happened.Sequence] = call;
            }
        }

        if (holding.Count > 0) Add(record, limits, holding, found);
    }

    /// <summary>Reads once more what holds the value, as everybody is shown it.</summary>
    private static void Add(ConnectionRecord record, DecoderLimits limits, Dictionary<EventSequence, string?> holding, List<Found> found)
    {
        var reader = new ConnectionReader(record, DecodingDepth.Full, limits);
        var read = new List<LayerEvent>();
        var last = holding.Keys.Max().Number;
        var more = true;
        while (more)
        {
            read.Clear();
            more = reader.Read(read, atMost: 256, through: last);
            foreach (var happened in read)
            {
                if (found.Count < MostItems && holding.TryGetValue(happened.Sequence, out var call)) found.Add(new Found(happened, record, call));
            }
        }
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

    /// <param name="Event">What holds the value.</param>
    /// <param name="Record">The connection that it is of.</param>
    /// <param name="Call">The method that it is the answer to; null: it is no answer, or its call is not recorded.</param>
    private sealed record Found(LayerEvent Event, ConnectionRecord Record, string? Call);

    /// <summary>The calls of a connection that have no answer yet. An answer names its call by a number alone.</summary>
    private sealed class CallsUnderWay
    {
        private readonly Dictionary<(Direction, string), string> _methods = [];

        /// <summary>Takes the next event, and says which method it is an answer of, if it is one.</summary>
        public string? Of(LayerEvent happened)
        {
            // Both sides number their own calls.
            var asked = happened.Direction == Direction.Sent ? Direction.Received : Direction.Sent;
            switch (happened.Detail)
            {
                case InvocationMessage { InvocationId: { } id } call:
                    _methods[(happened.Direction, id)] = call.Target;
                    return null;
                case StreamInvocationMessage call:
                    _methods[(happened.Direction, call.InvocationId)] = call.Target;
                    return null;
                case StreamItemMessage item:
                    return _methods.GetValueOrDefault((asked, item.InvocationId));
                case CompletionMessage completion:
                    return _methods.Remove((asked, completion.InvocationId), out var method) ? method : null;
                default:
                    return null;
            }
        }
    }
}
