using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Inspector.Hubs;

/// <summary>
/// The hub connections that go on over one connection after the other: by their next poll or goodbye (long polling), or by a stateful reconnect. Their requests bring SignalR's own name of the hub's
/// connection, which only its client is told.
/// </summary>
internal sealed class HubPlaces(Journal journal, InspectorOptions options) : IStartupFilter
{
    private readonly ConcurrentDictionary<string, HubPlace> byToken = new(StringComparer.Ordinal);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, rest) =>
        {
            if (!byToken.IsEmpty && TokenOf(context) is { } token && byToken.TryGetValue(token, out var place) && context.FindRecorder() is { } recorder)
                place.Asked(recorder, brings: HttpMethods.IsPost(context.Request.Method));
            return rest(context);
        });
        next(app);
    };

    /// <summary>A hub begins.</summary>
    public void Begin(HubConnectionContext connection, string hub)
    {
        if (connection.GetHttpContext() is not { } context || TokenOf(context) is not { } token) return;
        // A hub that polls has a context of its own, a copy of its first poll's without the features of a connection.
        var recorder = context.FindRecorder();
        var polls = recorder is null;
        recorder ??= journal.FindRecorder(context.Connection.Id);
        if (recorder is null) return;
        var place = new HubPlace(token, recorder, connection, hub, polls, options);
        if (!byToken.TryAdd(token, place)) return;
        connection.Features.Set(place);
        if (!polls) return;
        context.Features.Set<IConnectionRecorderFeature>(place);
        connection.Features.Set<IConnectionRecorderFeature>(place);
    }

    /// <summary>A hub is over.</summary>
    public void End(HubConnectionContext connection)
    {
        if (connection.Features.Get<HubPlace>() is { } place) byToken.TryRemove(new(place.Token, place));
    }

    private static string? TokenOf(HttpContext context) => context.Request.Query.TryGetValue("id", out var token) ? token.ToString() : null;
}
