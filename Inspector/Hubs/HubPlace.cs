using Microsoft.AspNetCore.SignalR;
using RealtimeHello.Layers.Hubs;
using RealtimeHello.Recording;

namespace RealtimeHello.Inspector.Hubs;

/// <summary>Which connection a hub that moves goes over.</summary>
/// <param name="token">SignalR's own name of the hub's connection, which only its client is told.</param>
/// <param name="first">Of the connection that the hub began on.</param>
/// <param name="connection">The hub's connection.</param>
/// <param name="hub">The hub's type name.</param>
/// <param name="polls">It goes by long polling; else by WebSockets, perhaps with stateful reconnect.</param>
internal sealed class HubPlace(string token, ConnectionRecorder first, HubConnectionContext connection, string hub, bool polls) : IConnectionRecorderFeature
{
    private ConnectionRecorder recorder = first;

    public string Token => token;

    public ConnectionRecorder Recorder => Volatile.Read(ref recorder);

    /// <summary>The connection that it went over last is closed, as when a client gives up its poll.</summary>
    public bool IsGone => polls && Recorder.Record.ClosedAt is not null;

    /// <summary>A request of the hub came on this connection.</summary>
    public void ComeTo(ConnectionRecorder next, InspectorOptions options)
    {
        if (polls && Interlocked.Exchange(ref recorder, next) == next) return;
        var continued = new HubContinued(hub, connection.ConnectionId, options.UserName(connection.User), connection.Protocol.Name);
        var userId = options.UserId(connection.User);
        if (polls) next.Carries(continued, userId);
        else next.CarriesOnceUpgraded(continued, userId);
    }
}
