using RealtimeHello.Contracts;
using RealtimeHello.Server.Accounts;

namespace RealtimeHello.Server.Chat;

/// <summary>What the chat knows of one connection: its user and the rooms it joined.</summary>
internal sealed class ChatConnection(string connectionId, Guest guest)
{
    /// <summary>Rooms that one connection may be in at a time.</summary>
    public const int MostRooms = 200;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ChatRoom> _joined = [];

    public Guest Guest { get; } = guest;

    public Member Member { get; } = new(connectionId, guest.Id, guest.Name.Text);

    public void Joined(ChatRoom room)
    {
        lock (_lock) _joined[room.Name] = room;
    }

    public ChatRoom? Left(string room)
    {
        lock (_lock) return _joined.Remove(room, out var left) ? left : null;
    }

    /// <summary>Whether one more room may be joined.</summary>
    public bool HasRoomFor(string room)
    {
        lock (_lock) return _joined.ContainsKey(room) || _joined.Count < MostRooms;
    }

    public ChatRoom Room(string? name)
    {
        lock (_lock)
            return _joined.TryGetValue(ChatRules.Room(name), out var room)
                ? room
                : throw new ChatException(ChatErrorCodes.NotInRoom, $"Join {name} first.");
    }

    public IReadOnlyList<ChatRoom> LeaveAll()
    {
        lock (_lock)
        {
            ChatRoom[] all = [.. _joined.Values];
            _joined.Clear();
            return all;
        }
    }
}
