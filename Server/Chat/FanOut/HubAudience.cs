using Microsoft.AspNetCore.SignalR;
using RealtimeHello.Contracts;

namespace RealtimeHello.Server.Chat.FanOut;

/// <summary>The audience over SignalR's groups, one group a room. Nobody waits for the sends: the hub's lifetime manager bounds what is unsent.</summary>
internal sealed class HubAudience(IHubContext<ChatHub, IChatClient> hub) : IRoomAudience
{
    public void MessagePosted(ChatMessage message, int listeners) => _ = hub.Clients.Group(message.Room).MessagePosted(message);

    public void PresenceChanged(PresenceChange change, IReadOnlyList<string> except) => _ = hub.Clients.GroupExcept(change.Room, except).PresenceChanged(change);

    public void TypingChanged(TypingChange change, IReadOnlyList<string> except) => _ = hub.Clients.GroupExcept(change.Room, except).TypingChanged(change);

    public void RoomChanged(RoomSummary room) => _ = hub.Clients.All.RoomChanged(room);

    public void ServerStopping(ServerStop stop) => _ = hub.Clients.All.ServerStopping(stop);
}
