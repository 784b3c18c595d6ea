using RealtimeHello.Contracts;
using RealtimeHello.Server.Accounts;

namespace RealtimeHello.Server.Chat;

/// <summary>What the chat knows of one connection: its user, the rooms it joined, the streams it watches.</summary>
internal sealed class ChatConnection(string connectionId, Guest guest)
{
    /// <summary>Rooms that one connection may be in at a time.</summary>
    public const int MostRooms = 200;

    /// <summary>Streams of vitals that one connection may watch at a time.</summary>
    public const int MostWatches = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ChatRoom> _joined = new(StringComparer.Ordinal);
    private int _watches;

    public Guest Guest { get; } = guest;

    public Member Member { get; } = new(connectionId, guest.Id, guest.Name.Text);

    /// <summary>The room, if this connection has joined it.</summary>
    /// <exception cref="ChatException">The name is bad, or the room was not joined.</exception>
    public ChatRoom Room(string? name)
    {
        lock (_lock)
            return _joined.TryGetValue(ChatRules.Room(name), out var room)
                ? room
                : throw new ChatException(ChatErrorCodes.NotInRoom, $"Join {name} first.");
    }

    /// <summary>Joins a room; once more changes nothing.</summary>
    public ChatRoom Join(Rooms rooms, string? name)
    {
        var checkedName = ChatRules.Room(name);
        lock (_lock)
        {
            if (_joined.TryGetValue(checkedName, out var joined)) return joined;
            if (_joined.Count == MostRooms) throw new ChatException(ChatErrorCodes.NotAllowed, $"A connection is in at most {MostRooms} rooms; leave one first.");
            return _joined[checkedName] = rooms.Join(checkedName, Member);
        }
    }

    /// <summary>Leaves a room; without effect for one that was not joined.</summary>
    public void Leave(Rooms rooms, string? name)
    {
        lock (_lock)
            if (_joined.Remove(ChatRules.Room(name), out var room)) rooms.Leave(room, Member);
    }

    public void LeaveAll(Rooms rooms)
    {
        lock (_lock)
        {
            foreach (var room in _joined.Values) rooms.Leave(room, Member);
            _joined.Clear();
        }
    }

    /// <summary>Watches the vitals, as one of at most <see cref="MostWatches"/> streams.</summary>
    public IAsyncEnumerable<ServerVitals> Watch(VitalsMeter vitals, int interval, CancellationToken cancellationToken)
    {
        if (interval is < ChatLimits.ShortestVitalsInterval or > ChatLimits.LongestVitalsInterval)
            throw new ChatException(ChatErrorCodes.BadRange, $"The interval is {ChatLimits.ShortestVitalsInterval} to {ChatLimits.LongestVitalsInterval} ms.");
        if (Interlocked.Increment(ref _watches) > MostWatches)
        {
            Interlocked.Decrement(ref _watches);
            throw new ChatException(ChatErrorCodes.NotAllowed, $"A connection watches at most {MostWatches} streams; cancel one first.");
        }

        return Watched();

        async IAsyncEnumerable<ServerVitals> Watched()
        {
            try
            {
                await foreach (var reading in vitals.Watch(TimeSpan.FromMilliseconds(interval), cancellationToken)) yield return reading;
            }
            finally
            {
                Interlocked.Decrement(ref _watches);
            }
        }
    }
}
