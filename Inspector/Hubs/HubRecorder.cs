using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using RealtimeHello.Recording;

namespace RealtimeHello.Inspector.Hubs;

/// <summary>The recorder of the connection that a hub's connection goes over just now.</summary>
internal static class HubRecorder
{
    public static ConnectionRecorder? Of(HubCallerContext hub) => Of(hub.GetHttpContext(), hub.Features);

    /// <param name="context">Of the request that the hub goes over; of one that polls it may be gone before the hub is.</param>
    /// <param name="hub">The features of the hub's own connection.</param>
    public static ConnectionRecorder? Of(HttpContext? context, IFeatureCollection hub) => context.FindRecorder() ?? hub.Get<IConnectionRecorderFeature>()?.Recorder;
}
