using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RealtimeHello.Inspector.Hubs;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording;

namespace RealtimeHello.Inspector;

/// <summary>The connection that a request came on, and whose it was then: it may be used for somebody else's requests when that one is over.</summary>
/// <param name="Recorder">The connection's.</param>
/// <param name="Owner">As of <see cref="ConnectionRecorder.Owner"/>.</param>
/// <param name="IsOneOfMany">It came beside others on one HTTP/2 connection, and is no WebSocket: of whoever that connection is, it need not be.</param>
internal readonly record struct RecordedRequest(ConnectionRecorder Recorder, int Owner, bool IsOneOfMany = false)
{
    /// <summary>Null where the connection is not recorded, or the request is over.</summary>
    public static RecordedRequest? Of(HttpContext? context)
    {
        try
        {
            if (context is null) return null;
            if (context.Features.Get<IConnectionRecorderFeature>() is not { Recorder: var recorder }) return context.Features.Get<HubPlace>()?.Current;
            var isOneOfMany = HttpProtocol.IsHttp2(context.Request.Protocol) && context.Features.Get<IHttpExtendedConnectFeature>() is not { IsExtendedConnect: true };
            return new RecordedRequest(recorder, recorder.Owner, isOneOfMany);
        }
        catch (ObjectDisposedException)
        {
            // The context of a request that is over has no features any more: whoever kept it is not to fail by the inspector.
            return null;
        }
    }

    /// <summary>A fact of the request.</summary>
    /// <returns>Its number; 0: it was not recorded.</returns>
    public long Fact(LayerDetail detail, DecodingDepth depth = DecodingDepth.Lifecycle)
    {
        if (IsOneOfMany) Recorder.IsShared(null, Owner);
        return Recorder.Fact(detail, depth, Owner);
    }
}
