using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using RealtimeHello.Layers.Hubs;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Inspector.Hubs;

/// <summary>
/// The hub connections that go on over one connection after the other: by their next poll (long polling), or by a stateful reconnect. Their requests bring SignalR's own name of the hub's
/// connection; which of them SignalR takes for the hub's, the <see cref="HubPlace"/> sees.
/// </summary>
internal sealed class HubPlaces(Journal journal, InspectorOptions options) : IStartupFilter
{
    private readonly ConcurrentDictionary<string, HubPlace> byToken = new(StringComparer.Ordinal);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, rest) => !byToken.IsEmpty && TokenOf(context) is { } token && byToken.TryGetValue(token, out var place) && RecordedRequest.Of(context) is { } request
            ? Follow(context, rest, place, request)
            : rest(context));
        next(app);
    };

    /// <summary>A hub begins.</summary>
    public void Begin(HubConnectionContext connection, Type hub)
    {
        if (connection.GetHttpContext() is not { } context || TokenOf(context) is not { } token) return;
        var continued = new HubContinued(hub.Name, connection.ConnectionId, options.UserName(connection.User), connection.Protocol.Name);
        HubPlace place;
        if (RecordedRequest.Of(context) is { } request)
        {
            place = HubPlace.OfWebSocket(token, connection, continued, options.UserId(connection.User), request);
        }
        else
        {
            // SignalR's copy of the first poll's context has the id of its connection, and none of its features.
            var recorder = journal.FindRecorder(context.Connection.Id);
            place = HubPlace.OfPolls(token, connection, continued, recorder is null ? null : new RecordedRequest(recorder, recorder.Owner), context);
        }

        if (byToken.TryAdd(token, place)) connection.Features.Set(place);
    }

    /// <summary>A hub is over.</summary>
    public void End(HubConnectionContext connection)
    {
        if (connection.Features.Get<HubPlace>() is { } place) byToken.TryRemove(new(place.Token, place));
    }

    private static async Task Follow(HttpContext context, RequestDelegate rest, HubPlace place, RecordedRequest request)
    {
        if (!place.Polls) request.Recorder.OnceUpgraded(() => place.Upgraded(context, request));
        else PollUnderWay.Request = request;
        await rest(context);
        // Only its own hub's endpoint takes a message with its token.
        if (place.Polls && HttpMethods.IsPost(context.Request.Method) && context.Response.StatusCode is >= 200 and < 300 && context.GetEndpoint()?.Metadata.GetMetadata<HubMetadata>()?.HubType.Name == place.Continued.Hub)
            place.Posted(request);
    }

    private static string? TokenOf(HttpContext context) => context.Request.Query.TryGetValue("id", out var token) ? token.ToString() : null;
}
