using RealtimeHello.Contracts;

namespace RealtimeHello.Server.Storage;

/// <summary>Messages in memory: forgotten when the process ends.</summary>
internal sealed class MemoryMessageStore(TimeProvider clock) : IMessageStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<ChatMessage>> _rooms = [];
    private readonly Dictionary<Guid, (ChatMessage Message, Guid User)> _ids = [];

    public Task<AppendResult> Append(NewMessage message)
    {
        lock (_lock)
        {
            if (_ids.TryGetValue(message.Id, out var first))
            {
                var same = first.User == message.User && first.Message.Room == message.Room && first.Message.Text == message.Text;
                return Task.FromResult(new AppendResult(first.Message, IsDuplicate: same, IsIdReused: !same));
            }

            if (!_rooms.TryGetValue(message.Room, out var messages)) _rooms[message.Room] = messages = [];
            var stored = new ChatMessage(message.Room, messages.Count + 1, message.Id, message.Author, message.Text, clock.GetUtcNow().UtcDateTime);
            messages.Add(stored);
            _ids[message.Id] = (stored, message.User);
            return Task.FromResult(new AppendResult(stored, false, false));
        }
    }

    public Task<IReadOnlyList<ChatMessage>> ReadBefore(string room, long? before, int limit, CancellationToken cancellationToken) =>
        Read(room, messages => messages.Where(message => message.Number < (before ?? long.MaxValue)).TakeLast(limit));

    public Task<IReadOnlyList<ChatMessage>> ReadAfter(string room, long after, int limit, CancellationToken cancellationToken) =>
        Read(room, messages => messages.Where(message => message.Number > after).Take(limit));

    public Task<RoomTail> ReadTail(string room, CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult(_rooms.TryGetValue(room, out var messages)
                ? new RoomTail(room, messages[^1].Number, messages[^1].PostedAt)
                : new RoomTail(room, 0, null));
    }

    public Task<IReadOnlyList<RoomTail>> ReadLatestRooms(int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult<IReadOnlyList<RoomTail>>([.. _rooms
                .Select(room => new RoomTail(room.Key, room.Value[^1].Number, room.Value[^1].PostedAt))
                .OrderByDescending(tail => tail.LastPostedAt).Take(limit)]);
    }

    private Task<IReadOnlyList<ChatMessage>> Read(string room, Func<List<ChatMessage>, IEnumerable<ChatMessage>> pick)
    {
        lock (_lock)
            return Task.FromResult<IReadOnlyList<ChatMessage>>(_rooms.TryGetValue(room, out var messages) ? [.. pick(messages)] : []);
    }
}
