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
/// <param name="options">Whose a hub is.</param>
internal sealed class HubPlace(string token, ConnectionRecorder first, HubConnectionContext connection, string hub, bool polls, InspectorOptions options) : IConnectionRecorderFeature
{
    private ConnectionRecorder recorder = first;
    private ConnectionRecorder lastAsked = first;

    public string Token => token;

    /// <summary>Of the connection that it polls on; where that is closed, as when a client gives up its poll, of the one that its last request came on.</summary>
    public ConnectionRecorder Recorder
    {
        get
        {
            var current = Volatile.Read(ref recorder);
            var asked = Volatile.Read(ref lastAsked);
            if (current == asked || current.Record.ClosedAt is null) return current;
            ComeTo(asked);
            return asked;
        }
    }

    /// <summary>A request of the hub came on this connection.</summary>
    /// <param name="from">Its recorder.</param>
    /// <param name="brings">It posts a message to the hub: such requests come on whichever connection is free, and leave the hub where it is.</param>
    public void Asked(ConnectionRecorder from, bool brings)
    {
        Volatile.Write(ref lastAsked, from);
        if (!polls) from.CarriesOnceUpgraded(Continued, UserId);
        else if (!brings) ComeTo(from);
    }

    private HubContinued Continued => new(hub, connection.ConnectionId, options.UserName(connection.User), connection.Protocol.Name);

    private string? UserId => options.UserId(connection.User);

    private void ComeTo(ConnectionRecorder next)
    {
        if (Interlocked.Exchange(ref recorder, next) != next) next.Carries(Continued, UserId);
    }
}
