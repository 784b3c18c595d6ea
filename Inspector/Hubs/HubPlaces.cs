using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using RealtimeHello.Layers.Hubs;

namespace RealtimeHello.Inspector.Hubs;

/// <summary>
/// The hub connections that go on over one connection after the other: by their next poll (long polling), or by a stateful reconnect. Their requests bring SignalR's own name of the hub's
/// connection; which of them SignalR takes for the hub's, the <see cref="HubPlace"/> sees.
/// </summary>
internal sealed class HubPlaces(InspectorOptions options) : IStartupFilter
{
    /// <summary>A poll may come before its hub has begun, since the client knows that sooner. A power of two.</summary>
    private const int PollsAhead = 256;

    private readonly ConcurrentDictionary<string, HubPlace> byToken = new(StringComparer.Ordinal);
    private readonly PollAhead?[] ahead = new PollAhead?[PollsAhead];

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, rest) => TokenOf(context) is { } token && RecordedRequest.Of(context) is { } request ? Follow(context, rest, token, request) : rest(context));
        next(app);
    };

    /// <summary>A hub begins.</summary>
    public void Begin(HubConnectionContext connection, Type hub)
    {
        if (connection.GetHttpContext() is not { } context || TokenOf(context) is not { } token) return;
        var continued = new HubContinued(hub.Name, connection.ConnectionId, options.UserName(connection.User), connection.Protocol.Name);
        // SignalR's copy of the first poll's context has none of the features of its connection.
        var place = RecordedRequest.Of(context) is { } request
            ? HubPlace.OfWebSocket(token, connection, continued, options.UserId(connection.User), request)
            : HubPlace.OfPolls(token, connection, continued, context, identifier => TakeAhead(token, identifier));
        if (byToken.TryAdd(token, place)) connection.Features.Set(place);
    }

    /// <summary>A hub is over.</summary>
    public void End(HubConnectionContext connection)
    {
        if (connection.Features.Get<HubPlace>() is { } place) byToken.TryRemove(new(place.Token, place));
    }

    private async Task Follow(HttpContext context, RequestDelegate rest, string token, RecordedRequest request)
    {
        var place = byToken.GetValueOrDefault(token);
        if (HttpMethods.IsGet(context.Request.Method) && context.Request.Headers.Upgrade.Count == 0)
        {
            PollUnderWay.Request = request;
            if (place is null) ComesAhead(token, context.TraceIdentifier, request);
        }
        else if (place is { Polls: false })
        {
            request.Recorder.OnceUpgraded(() => place.Upgraded(context, request));
        }

        await rest(context);
        // Only its own hub's endpoint takes a message with its token.
        if (place is { Polls: true } && HttpMethods.IsPost(context.Request.Method) && context.Response.StatusCode is >= 200 and < 300
            && context.GetEndpoint()?.Metadata.GetMetadata<HubMetadata>()?.HubType.Name == place.Continued.Hub)
            place.Posted(request);
    }

    private void ComesAhead(string token, string identifier, RecordedRequest request)
    {
        ref var place = ref AheadOf(token);
        // SignalR may have taken the one before, and not this one yet.
        var before = Volatile.Read(ref place);
        Volatile.Write(ref place, new PollAhead(token, identifier, request, before?.Token == token ? before with { Before = null } : null));
    }

    /// <summary>The poll that SignalR took last, by the identifier that it has from it.</summary>
    private RecordedRequest? TakeAhead(string token, string identifier)
    {
        for (var poll = Interlocked.Exchange(ref AheadOf(token), null); poll is not null; poll = poll.Before)
            if (poll.Token == token && poll.Identifier == identifier) return poll.Request;
        return null;
    }

    private ref PollAhead? AheadOf(string token) => ref ahead[(uint)token.GetHashCode(StringComparison.Ordinal) % PollsAhead];

    private static string? TokenOf(HttpContext context) => context.Request.QueryString.HasValue && context.Request.Query.TryGetValue("id", out var token) ? token.ToString() : null;

    private sealed record PollAhead(string Token, string Identifier, RecordedRequest Request, PollAhead? Before);
}
