using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using RealtimeHello.Layers.Hubs;
using RealtimeHello.Recording;

namespace RealtimeHello.Inspector.Hubs;

/// <summary>
/// Which connection a hub that moves goes over. That SignalR took a request for this hub's is seen by what it does then: of a poll it takes over the trace identifier, of a WebSocket the whole context.
/// Whoever only brings the hub's token changes nothing.
/// </summary>
/// <param name="token">SignalR's own name of the hub's connection.</param>
/// <param name="connection">The hub's connection.</param>
/// <param name="continued">What is said where it goes on.</param>
/// <param name="userId">Whose it is.</param>
internal sealed class HubPlace(string token, HubConnectionContext connection, HubContinued continued, string? userId)
{
    private readonly Lock gate = new();
    private RecordedRequest? current;
    private RecordedRequest? lastPosted;

    /// <summary>Where it is from now on is news.</summary>
    private bool begun;

    public string Token => token;

    /// <summary>What is said where it goes on.</summary>
    public HubContinued Continued => continued;

    /// <summary>Whose it is; of a hub that polls, null.</summary>
    public string? UserId => userId;

    /// <summary>It goes by long polling; else by WebSockets, perhaps with stateful reconnect.</summary>
    public bool Polls { get; private init; }

    /// <summary>Of the poll that is there, or was there last; where its connection is closed, as when a client gives up a poll, of the message that was posted last. Null: not known yet.</summary>
    public RecordedRequest? Current
    {
        get
        {
            lock (gate)
            {
                if (lastPosted is { } posted && current is not { Recorder.Record.ClosedAt: null } && posted != current) ComeTo(posted);
                return current;
            }
        }
    }

    /// <summary>A hub by WebSocket.</summary>
    public static HubPlace OfWebSocket(string token, HubConnectionContext connection, HubContinued continued, string? userId, RecordedRequest first) =>
        new(token, connection, continued, userId) { current = first };

    /// <summary>A hub by long polling, whose context is SignalR's copy of its first poll's.</summary>
    /// <param name="token">SignalR's own name of the hub's connection.</param>
    /// <param name="connection">The hub's connection.</param>
    /// <param name="continued">What is said where it goes on.</param>
    /// <param name="context">The copy.</param>
    /// <param name="find">The poll that has an identifier; null: it is not known.</param>
    public static HubPlace OfPolls(string token, HubConnectionContext connection, HubContinued continued, HttpContext context, Func<string, RecordedRequest?> find)
    {
        var place = new HubPlace(token, connection, continued, userId: null) { Polls = true };
        context.Features.Set(place);
        var taken = new TakenPolls(place, context.TraceIdentifier);
        context.Features.Set<IHttpRequestIdentifierFeature>(taken);
        var first = find(taken.TraceIdentifier);
        lock (place.gate)
        {
            place.current ??= first;
            place.begun = true;
        }

        return place;
    }

    /// <summary>Where a fact of the hub belongs that comes now.</summary>
    /// <param name="found">Of the context that the hub has now.</param>
    public RecordedRequest? At(RecordedRequest? found)
    {
        if (Polls) return Current;
        if (found is not { } now) return null;
        lock (gate)
        {
            if (current?.Recorder == now.Recorder) return found;
            current = now;
        }

        // Seen at its first fact alone where the answer to its request is not seen: inside HTTP/2.
        now.Recorder.Carries(continued, userId);
        return found;
    }

    /// <summary>A request for a WebSocket was answered with 101: whether it is this hub's now.</summary>
    public (HubContinued Hub, string? UserId)? Upgraded(HttpContext context, RecordedRequest request)
    {
        if (connection.GetHttpContext() != context) return null;
        lock (gate)
        {
            if (current?.Recorder == request.Recorder) return null;
            current = request;
        }

        return (continued, userId);
    }

    /// <summary>A message was posted to the hub. Such requests come on whichever connection is free.</summary>
    public void Posted(RecordedRequest request)
    {
        lock (gate) lastPosted = request;
    }

    private void TakePoll()
    {
        if (PollUnderWay.Request is not { } request) return;
        lock (gate)
        {
            if (begun && current?.Recorder != request.Recorder) ComeTo(request);
            current = request;
        }
    }

    private void ComeTo(RecordedRequest next)
    {
        current = next;
        next.Recorder.CarriesPoll(continued, next.Owner);
    }

    /// <summary>SignalR gives the context of a hub that polls the identifier of each poll that it takes.</summary>
    private sealed class TakenPolls(HubPlace place, string first) : IHttpRequestIdentifierFeature
    {
        private string identifier = first;

        public string TraceIdentifier
        {
            get => identifier;
            set
            {
                identifier = value;
                place.TakePoll();
            }
        }
    }
}
