using RealtimeHello.Contracts;
using RealtimeHello.Server.Storage;

namespace RealtimeHello.Server.Chat;

/// <summary>The rules of one room: who is in it, who types, what is posted and read.</summary>
internal sealed class ChatRoom(string name, IMessageStore store, IRoomAudience audience, TimeProvider clock)
{
    /// <summary>How long somebody counts as typing without saying so again.</summary>
    public static readonly TimeSpan TypingLasts = TimeSpan.FromSeconds(6);

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Presence> _present = [];

    public string Name => name;

    public int MemberCount
    {
        get { lock (_lock) return _present.Count; }
    }

    public IReadOnlyList<string> Members
    {
        get { lock (_lock) return [.. _present.Values.Select(presence => presence.Name).Order(StringComparer.Ordinal)]; }
    }

    public void Join(Member member)
    {
        lock (_lock)
        {
            if (_present.TryGetValue(member.User, out var presence))
            {
                presence.Connections.Add(member.ConnectionId);
                return;
            }

            _present[member.User] = presence = new Presence(member.Name);
            presence.Connections.Add(member.ConnectionId);
            audience.PresenceChanged(new PresenceChange(name, member.Name, true), [member.ConnectionId]);
        }
    }

    /// <returns>True when nobody is left.</returns>
    public bool Leave(Member member)
    {
        lock (_lock)
        {
            if (_present.TryGetValue(member.User, out var presence) && presence.Connections.Remove(member.ConnectionId) && presence.Connections.Count == 0)
            {
                StopTyping(presence);
                _present.Remove(member.User);
                audience.PresenceChanged(new PresenceChange(name, member.Name, false), [member.ConnectionId]);
            }

            return _present.Count == 0;
        }
    }

    public async Task<RoomState> ReadState(long? after, CancellationToken cancellationToken)
    {
        var limit = after is null ? ChatLimits.LatestMessages : ChatLimits.MissedMessages;
        var messages = after is { } number
            ? await store.ReadAfter(name, number, limit + 1, cancellationToken)
            : await store.ReadBefore(name, null, limit + 1, cancellationToken);
        var tail = await store.ReadTail(name, cancellationToken);
        var hasMore = messages.Count > limit;
        if (hasMore) messages = after is null ? [.. messages.Skip(1)] : [.. messages.Take(limit)];
        return new RoomState(name, Members, messages, tail.LastNumber, hasMore);
    }

    public async Task<PostReceipt> Post(Member member, Guid id, string text)
    {
        var result = await store.Append(new NewMessage(name, id, member.User, member.Name, text));
        if (result.IsIdReused) throw new ChatException(ChatErrorCodes.IdReused, "This id was used for another message.");
        var message = result.Message;
        SetTyping(member, false);
        return new PostReceipt(message.Room, message.Id, message.Number, message.PostedAt, result.IsDuplicate);
    }

    public void SetTyping(Member member, bool isTyping)
    {
        lock (_lock)
        {
            if (!_present.TryGetValue(member.User, out var presence)) return;
            if (!isTyping)
            {
                StopTyping(presence);
                return;
            }

            if (presence.Typing is { } timer)
            {
                timer.Change(TypingLasts, Timeout.InfiniteTimeSpan);
                return;
            }

            presence.Typing = clock.CreateTimer(_ => FellSilent(presence), null, TypingLasts, Timeout.InfiniteTimeSpan);
            audience.TypingChanged(new TypingChange(name, presence.Name, true), [.. presence.Connections]);
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
        audience.TypingChanged(new TypingChange(name, presence.Name, false), [.. presence.Connections]);
    }

    private sealed class Presence(string name)
    {
        public string Name { get; } = name;

        public HashSet<string> Connections { get; } = [];

        /// <summary>Runs while the user types; ends it.</summary>
        public ITimer? Typing { get; set; }
    }
}
