using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;

namespace RealtimeHello.Inspector.Hubs;

/// <summary>The connection that a hub's connection goes over just now.</summary>
internal static class HubRecorder
{
    public static RecordedRequest? Of(HubCallerContext hub) => Of(hub.GetHttpContext(), hub.Features);

    /// <param name="context">Of the request that the hub goes over; of one that polls it may be gone before the hub is.</param>
    /// <param name="hub">The features of the hub's own connection.</param>
    public static RecordedRequest? Of(HttpContext? context, IFeatureCollection hub)
    {
        var found = RecordedRequest.Of(context);
        return hub.Get<HubPlace>() is { } place ? place.At(found) : found;
    }

    /// <summary>The same, behind something that the hub did meanwhile.</summary>
    public static RecordedRequest Now(HubCallerContext hub, RecordedRequest before) => hub.Features.Get<HubPlace>() is null ? before : Of(hub) ?? before;

    /// <summary>It has a connection, or a stream of one, to itself: else others' requests may come beside it.</summary>
    public static bool IsWebSocket(HubCallerContext hub) => hub.Features.Get<IHttpTransportFeature>() is null or { TransportType: HttpTransportType.WebSockets };
}
