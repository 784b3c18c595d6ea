using RealtimeHello.Server.Storage;

namespace RealtimeHello.Server.Chat;

/// <summary>The rooms that somebody is in. A room comes to be by its first join, and its messages outlast its members.</summary>
internal sealed class Rooms(IMessageStore store, IRoomAudience audience, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ChatRoom> _rooms = [];

    public ChatRoom Join(string name, Member member)
    {
        lock (_lock)
        {
            if (!_rooms.TryGetValue(name, out var room)) _rooms[name] = room = new ChatRoom(name, store, audience, clock);
            room.Join(member);
            return room;
        }
    }

    public void Leave(ChatRoom room, Member member)
    {
        lock (_lock)
            if (room.Leave(member)) _rooms.Remove(room.Name);
    }

    public int CountMembers(string name)
    {
        lock (_lock) return _rooms.TryGetValue(name, out var room) ? room.MemberCount : 0;
    }

    public IReadOnlyList<(string Name, int Members)> Occupied()
    {
        lock (_lock) return [.. _rooms.Values.Select(room => (room.Name, room.MemberCount))];
    }
}
