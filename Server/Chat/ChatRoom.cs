using RealtimeHello.Contracts;
using RealtimeHello.Server.Storage;

namespace RealtimeHello.Server.Chat;

/// <summary>
/// The rules of one room: who is in it, who types, what is posted and read. It exists while somebody is in it; its
/// messages outlast it. Thread-safe.
/// </summary>
internal sealed class ChatRoom
{
    /// <summary>How long somebody counts as typing without saying so again.</summary>
    public static readonly TimeSpan TypingLasts = TimeSpan.FromSeconds(6);

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Presence> _present = [];
    private readonly RoomOutbox _outbox;
    private readonly IMessageStore _store;
    private readonly IRoomAudience _audience;
    private readonly TimeProvider _clock;
    private readonly ChatCounters _counters;
    private readonly Action<string> _changed;
    private RoomTail? _tail;
    private int _connections;
    private bool _isGone;

    /// <param name="name">The room's name.</param>
    /// <param name="store">Where its messages are.</param>
    /// <param name="audience">Who hears of what happens.</param>
    /// <param name="clock">The clock that ends typing.</param>
    /// <param name="counters">What the server counts.</param>
    /// <param name="changed">Called when the room's line in the room list changed.</param>
    public ChatRoom(string name, IMessageStore store, IRoomAudience audience, TimeProvider clock, ChatCounters counters, Action<string> changed)
    {
        Name = name;
        _store = store;
        _audience = audience;
        _clock = clock;
        _counters = counters;
        _changed = changed;
        _outbox = new RoomOutbox(Deliver);
    }

    public string Name { get; }

    /// <summary>Where the numbering stands, once somebody has read or posted.</summary>
    public RoomTail? Tail => Volatile.Read(ref _tail);

    /// <summary>Users in the room.</summary>
    public int MemberCount
    {
        get { lock (_lock) return _present.Count; }
    }

    /// <summary>Names of the users in the room, sorted.</summary>
    public IReadOnlyList<string> Members
    {
        get { lock (_lock) return _present.Values.Select(presence => presence.Name).Order(StringComparer.Ordinal).ToArray(); }
    }

    /// <summary>Takes a connection in; its user comes with the first one.</summary>
    /// <returns>False when the last one just left: the room is being forgotten.</returns>
    public bool TryJoin(Member member)
    {
        lock (_lock)
        {
            if (_isGone) return false;
            var isNew = !_present.TryGetValue(member.User, out var presence);
            if (isNew) _present[member.User] = presence = new Presence(member.Name);
            if (presence!.Connections.Add(member.ConnectionId)) _connections++;
            if (isNew) _audience.PresenceChanged(new PresenceChange(Name, member.Name, true), [member.ConnectionId]);
            if (isNew) _changed(Name);
            return true;
        }
    }

    /// <summary>Lets a connection go; its user goes with the last one.</summary>
    /// <returns>True when nobody is left: the room takes nobody in any more.</returns>
    public bool Leave(Member member)
    {
        lock (_lock)
        {
            if (_present.TryGetValue(member.User, out var presence) && presence.Connections.Remove(member.ConnectionId))
            {
                _connections--;
                if (presence.Connections.Count == 0)
                {
                    StopTyping(presence);
                    _present.Remove(member.User);
                    _audience.PresenceChanged(new PresenceChange(Name, member.Name, false), [member.ConnectionId]);
                    _changed(Name);
                }
            }

            return _isGone = _present.Count == 0;
        }
    }

    /// <summary>What a connection learns when it joins: the latest messages, or what came after a number.</summary>
    public async Task<RoomState> ReadState(long? after, CancellationToken cancellationToken)
    {
        var limit = after is null ? ChatLimits.LatestMessages : ChatLimits.MissedMessages;
        var messages = after is { } number
            ? await _store.ReadAfter(Name, number, limit + 1, cancellationToken)
            : await _store.ReadBefore(Name, null, limit + 1, cancellationToken);
        var tail = Tail ?? Advance(await _store.ReadTail(Name, cancellationToken));
        var hasMore = messages.Count > limit;
        if (hasMore) messages = (after is null ? messages.Skip(1) : messages.Take(limit)).ToArray();
        // The members come last: what changes after this is told to a connection that is in the room already.
        return new RoomState(Name, Members, messages, Math.Max(tail.LastNumber, messages.Count > 0 ? messages[^1].Number : 0), hasMore);
    }

    /// <summary>Stores a message; done only when it is durable. Posts of one caller are numbered in the order of the calls.</summary>
    public async Task<PostReceipt> Post(Member member, Guid id, string text)
    {
        // Nothing is awaited before this: a connection's calls begin in order, and that order is kept.
        var result = await _store.Append(new NewMessage(Name, id, member.User, member.Name, text));
        if (result.IsIdReused) throw new ChatException(ChatErrorCodes.IdReused, "This id belongs to another message; choose a new one.");
        SetTyping(member, false);
        var message = result.Message;
        return new PostReceipt(message.Room, message.Id, message.Number, message.PostedAt, result.IsDuplicate);
    }

    /// <summary>A message of this room is durable: its members get it, in its turn.</summary>
    public void Stored(ChatMessage message)
    {
        Advance(new RoomTail(Name, message.Number, message.PostedAt));
        _outbox.Put(message);
    }

    /// <summary>A user began or stopped typing; beginning wears off after <see cref="TypingLasts"/>.</summary>
    public void SetTyping(Member member, bool isTyping)
    {
        lock (_lock)
        {
            if (!_present.TryGetValue(member.User, out var presence)) return;
            if (!isTyping) StopTyping(presence);
            else if (presence.Typing is { } timer) timer.Change(TypingLasts, Timeout.InfiniteTimeSpan);
            else
            {
                presence.Typing = _clock.CreateTimer(_ => FellSilent(presence), null, TypingLasts, Timeout.InfiniteTimeSpan);
                Tell(presence, true);
            }
        }
    }

    private void Deliver(ChatMessage message)
    {
        var listeners = Volatile.Read(ref _connections);
        _audience.MessagePosted(message, listeners);
        _counters.Delivered(listeners);
    }

    /// <summary>Numbers only grow, whichever of reading and posting comes first.</summary>
    private RoomTail Advance(RoomTail tail)
    {
        while (true)
        {
            var known = Tail;
            if (known is not null && known.LastNumber >= tail.LastNumber) return known;
            if (Interlocked.CompareExchange(ref _tail, tail, known) == known) return tail;
        }
    }

    private void FellSilent(Presence presence)
    {
        lock (_lock) StopTyping(presence);
    }

    private void StopTyping(Presence presence)
    {
        if (presence.Typing is null) return;
        presence.Typing.Dispose();
        presence.Typing = null;
        Tell(presence, false);
    }

    /// <summary>To all but the user, who knows.</summary>
    private void Tell(Presence presence, bool isTyping) =>
        _audience.TypingChanged(new TypingChange(Name, presence.Name, isTyping), presence.Connections.ToArray());

    private sealed class Presence(string name)
    {
        public string Name { get; } = name;

        public HashSet<string> Connections { get; } = [];

        /// <summary>Runs while the user types, and ends it.</summary>
        public ITimer? Typing { get; set; }
    }
}
