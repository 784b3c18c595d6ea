using System.Collections.Concurrent;
using RealtimeHello.Contracts;
using RealtimeHello.Server.Storage;

namespace RealtimeHello.Server.Chat;

/// <summary>The rooms that somebody is in. A room comes to be by its first join, and its messages outlast its members.</summary>
internal sealed class Rooms : IDisposable
{
    private readonly ConcurrentDictionary<string, ChatRoom> _rooms = new(StringComparer.Ordinal);
    private readonly IMessageStore _store;
    private readonly ChatCounters _counters;
    private readonly RoomNews _news;
    private readonly Func<string, ChatRoom> _make;

    public Rooms(IMessageStore store, GuardedAudience audience, TimeProvider clock, ChatCounters counters)
    {
        _store = store;
        _counters = counters;
        _news = new RoomNews(Summarize, audience.RoomChanged, clock);
        _make = name => new ChatRoom(name, store, audience, clock, counters, _news.Changed);
        store.Stored += Stored;
    }

    public ChatRoom Join(string name, Member member)
    {
        while (true)
        {
            var room = _rooms.GetOrAdd(name, _make);
            if (room.TryJoin(member)) return room;
            _rooms.TryRemove(KeyValuePair.Create(name, room));
        }
    }

    public void Leave(ChatRoom room, Member member)
    {
        if (room.Leave(member)) _rooms.TryRemove(KeyValuePair.Create(room.Name, room));
    }

    /// <summary>The liveliest rooms: those with somebody in them, then the others, the newest message first.</summary>
    public async Task<IReadOnlyList<RoomSummary>> List(CancellationToken cancellationToken)
    {
        var tails = (await _store.ReadLatestRooms(ChatLimits.ListedRooms, cancellationToken)).ToDictionary(tail => tail.Room, StringComparer.Ordinal);
        foreach (var (name, room) in _rooms)
            if (!tails.ContainsKey(name)) tails[name] = room.Tail ?? new RoomTail(name, 0, null);
        return tails.Values
            .Select(tail => new RoomSummary(tail.Room, CountMembers(tail.Room), tail.LastNumber, tail.LastPostedAt))
            .OrderByDescending(room => room.Members > 0)
            .ThenByDescending(room => room.LastPostedAt)
            .ThenBy(room => room.Room, StringComparer.Ordinal)
            .Take(ChatLimits.ListedRooms)
            .ToArray();
    }

    public void Dispose()
    {
        _store.Stored -= Stored;
        _news.Dispose();
    }

    private void Stored(ChatMessage message)
    {
        _counters.Stored();
        if (_rooms.TryGetValue(message.Room, out var room)) room.Stored(message);
        _news.Changed(message.Room);
    }

    private async Task<RoomSummary?> Summarize(string name)
    {
        try
        {
            var tail = (_rooms.TryGetValue(name, out var room) ? room.Tail : null) ?? await _store.ReadTail(name, CancellationToken.None);
            return new RoomSummary(name, CountMembers(name), tail.LastNumber, tail.LastPostedAt);
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }

    private int CountMembers(string name) => _rooms.TryGetValue(name, out var room) ? room.MemberCount : 0;
}
