using Microsoft.AspNetCore.SignalR;
using RealtimeHello.Client.Chat.Links;
using RealtimeHello.Contracts;

namespace RealtimeHello.Client.Chat;

/// <summary>The rooms of a session: joins them on each link, keeps their members, and closes gaps in their messages. Used by one thread.</summary>
internal sealed class RoomKeeper(IChatObserver observer, TimeProvider clock)
{
    /// <summary>Messages overtake each other on their way; a gap that is older than this is asked for.</summary>
    public static readonly TimeSpan GapGrace = TimeSpan.FromMilliseconds(150);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private readonly List<JoinedRoom> _rooms = [];

    /// <summary>Every room is joined, or was refused.</summary>
    public bool AreSettled => _rooms.TrueForAll(room => room.IsIn);

    /// <summary>A message is known to exist that was not handed out yet.</summary>
    public bool HaveGap => _rooms.Exists(room => room.Timeline.HasGap);

    /// <summary>When <see cref="JoinAndCatchUp"/> has something to do though nothing arrives.</summary>
    public DateTimeOffset? NextDue => _rooms.Min(room => room.RetryAt ?? room.GapSince + GapGrace);

    public bool Has(string room) => Find(room) is not null;

    public bool IsIn(string room) => Find(room) is { IsIn: true };

    public void Add(string room)
    {
        if (!Has(room)) _rooms.Add(new JoinedRoom(room));
    }

    public bool Remove(string room) => _rooms.RemoveAll(each => each.Name == room) > 0;

    /// <summary>A new link has joined nothing yet.</summary>
    public void LinkChanged()
    {
        foreach (var room in _rooms) (room.IsIn, room.RetryAt) = (false, null);
    }

    /// <summary>A receipt tells of a message that may not have arrived yet.</summary>
    public void Notice(PostReceipt receipt)
    {
        if (Find(receipt.Room) is not { } room) return;
        room.Timeline.Notice(receipt.Number);
        WatchGap(room);
    }

    /// <summary>Looks at what the server said.</summary>
    public void Take(Inbox inbox)
    {
        while (inbox.TryTake(out var notice))
        {
            switch (notice)
            {
                case ChatMessage message when Find(message.Room) is { } room: Accept(room, message); break;
                case PresenceChange change when IsIn(change.Room): observer.MemberChanged(change); break;
                case TypingChange change when Has(change.Room): observer.TypingChanged(change); break;
            }
        }

        if (!inbox.TakeOverflow()) return;
        observer.Diagnostic("Messages came faster than they could be shown; reading again what was dropped.");
        LinkChanged();
    }

    /// <summary>Joins what is not joined and reads what is missing. Fails only when the link does.</summary>
    public async Task JoinAndCatchUp(IChatHub hub, CancellationToken cancellationToken)
    {
        foreach (var room in _rooms.ToArray())
        {
            if (room.RetryAt > clock.GetUtcNow()) continue;
            room.RetryAt = null;
            try
            {
                if (!room.IsIn) await Join(hub, room, cancellationToken);
                else if (room.GapSince + GapGrace <= clock.GetUtcNow()) await ReadMissed(hub, room, cancellationToken);
            }
            catch (HubException refused)
            {
                OnRefused(room, ChatRefusal.Parse(refused.Message));
            }
        }
    }

    private async Task Join(IChatHub hub, JoinedRoom room, CancellationToken cancellationToken)
    {
        var timeline = room.Timeline;
        var isFirst = !timeline.HasBegun;
        var state = await hub.JoinRoom(room.Name, isFirst ? null : timeline.Delivered).WaitAsync(cancellationToken);
        var isAnew = !isFirst && state.LastNumber < timeline.Delivered;
        if (isAnew) state = await hub.JoinRoom(room.Name, null).WaitAsync(cancellationToken);
        room.IsIn = true;
        if (isFirst || isAnew)
        {
            timeline.Begin(state.Messages.Count > 0 ? state.Messages[^1].Number : state.LastNumber);
            if (isAnew) observer.RoomBeganAnew(state);
            else observer.RoomJoined(state);
        }
        else
        {
            foreach (var message in state.Messages) Accept(room, message);
            if (state.HasMore) await ReadMissed(hub, room, cancellationToken);
        }

        timeline.Notice(state.LastNumber);
        WatchGap(room);
        observer.MembersRead(room.Name, state.Members);
    }

    private async Task ReadMissed(IChatHub hub, JoinedRoom room, CancellationToken cancellationToken)
    {
        IReadOnlyList<ChatMessage> missed;
        do
        {
            missed = await hub.ReadMissed(room.Name, room.Timeline.Delivered, ChatLimits.MissedMessages).WaitAsync(cancellationToken);
            foreach (var message in missed) Accept(room, message);
        }
        while (missed.Count == ChatLimits.MissedMessages);

        if (!room.Timeline.HasGap) return;
        room.RetryAt = clock.GetUtcNow() + RetryAfter;
        observer.Diagnostic($"{room.Name}: message {room.Timeline.Delivered + 1} is missing though {room.Timeline.Highest} exists; asking again.");
    }

    private void OnRefused(JoinedRoom room, ChatRefusal refusal)
    {
        if (refusal.IsPassing)
        {
            room.RetryAt = clock.GetUtcNow() + RetryAfter;
            observer.Diagnostic($"{room.Name}: {refusal.Sentence}");
        }
        else if (room.IsIn)
        {
            // The server forgot that we are in: join again.
            (room.IsIn, room.RetryAt) = (false, clock.GetUtcNow() + RetryAfter);
        }
        else
        {
            _rooms.Remove(room);
            observer.JoinRefused(room.Name, refusal);
        }
    }

    private void Accept(JoinedRoom room, ChatMessage message)
    {
        foreach (var ready in room.Timeline.Accept(message)) observer.MessageReceived(ready);
        WatchGap(room);
    }

    private void WatchGap(JoinedRoom room) => room.GapSince = room.Timeline.HasGap ? room.GapSince ?? clock.GetUtcNow() : null;

    private JoinedRoom? Find(string room) => _rooms.Find(each => each.Name == room);
}
