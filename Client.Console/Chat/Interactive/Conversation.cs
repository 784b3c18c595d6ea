using RealtimeHello.Client.Chat.Links;
using RealtimeHello.Contracts;

namespace RealtimeHello.Client.Chat.Interactive;

/// <summary>
/// A person's chat: the rooms that are open, the one that is looked at, and what the commands do. Used by one thread;
/// <paramref name="post"/> brings answers back to it.
/// </summary>
/// <param name="options">Whose conversation it is, and how it is shown.</param>
/// <param name="session">The session that this conversation goes over.</param>
/// <param name="view">Shows it.</param>
/// <param name="clock">Tells when a post has been on its way for long.</param>
/// <param name="post">Runs something on the thread of this conversation.</param>
internal sealed class Conversation(ConversationOptions options, ChatSession session, IConversationView view, TimeProvider clock, Action<Action> post)
    : IChatObserver
{
    /// <summary>A post that takes longer than this is shown as on its way.</summary>
    public static readonly TimeSpan SoonEnough = TimeSpan.FromMilliseconds(300);

    /// <summary>Rooms that are listed at once.</summary>
    private const int MostListed = 30;

    private readonly List<ConversationRoom> _rooms = [];
    private readonly List<(PendingPost Post, DateTimeOffset Since)> _pending = [];

    public string Me => options.Me;

    /// <summary>The room that is looked at; null when none is joined.</summary>
    public ConversationRoom? Current { get; private set; }

    public IReadOnlyList<ConversationRoom> Rooms => _rooms;

    public SessionState State { get; private set; } = new SessionState.Connecting(false);

    /// <summary>Posts that have been on their way for a while, or wait for the connection.</summary>
    public IEnumerable<PendingPost> Slow => _pending.Where(each => clock.GetUtcNow() - each.Since >= SoonEnough).Select(each => each.Post);

    /// <summary>Posts without an answer.</summary>
    public int PendingCount => _pending.Count;

    /// <summary>Does what a line asks for.</summary>
    /// <returns>False when the user wants to leave.</returns>
    public bool Enter(string line)
    {
        if (string.IsNullOrWhiteSpace(line)) return true;
        switch (SlashCommand.Parse(line))
        {
            case SlashCommand.Say say: Say(say.Text); break;
            case SlashCommand.Join join: Join(join.Room); break;
            case SlashCommand.Leave leave: Leave(leave.Room ?? Current?.Name); break;
            case SlashCommand.Who: ShowMembers(); break;
            case SlashCommand.Rooms: _ = ShowRooms(); break;
            case SlashCommand.History older: _ = ShowOlder(older.Count); break;
            case SlashCommand.Help: ShowHelp(); break;
            case SlashCommand.Wrong wrong: view.ShowNotice(NoticeKind.Trouble, wrong.Sentence); break;
            case SlashCommand.Quit: return false;
        }

        return true;
    }

    /// <summary>Goes to a room, and joins it first where needed.</summary>
    public void Join(string room)
    {
        if (Find(room) is { } open) LookAt(open);
        else session.Join(room);
    }

    void IChatObserver.StateChanged(SessionState state)
    {
        var before = State;
        State = state;
        if (state is SessionState.Waiting { IsAgain: true } waiting && before is SessionState.Online)
        {
            foreach (var room in _rooms) room.Typing.Clear();
            view.ShowNotice(NoticeKind.Event, waiting.Reason);
        }

        if (state is SessionState.Online { IsAgain: true }) view.ShowNotice(NoticeKind.Event, "Connected again.");
        view.Refresh();
    }

    void IChatObserver.RoomJoined(RoomState state)
    {
        if (Find(state.Room) is not null) return;
        var room = new ConversationRoom(state.Room);
        room.Members.UnionWith(state.Members);
        _rooms.Add(room);
        LookAt(room);
        ShowLatest(room, state);
    }

    void IChatObserver.JoinRefused(string room, ChatRefusal refusal)
    {
        view.ShowNotice(NoticeKind.Trouble, $"{room} can't be joined: {refusal.Sentence}");
        if (Find(room) is { } lost) Close(lost);
    }

    void IChatObserver.RoomBeganAnew(RoomState state)
    {
        if (Find(state.Room) is not { } room) return;
        view.ShowNotice(NoticeKind.Trouble, $"The server lost the messages of #{state.Room}: its numbers begin anew.");
        room.Oldest = null;
        ShowLatest(room, state);
    }

    void IChatObserver.MessageReceived(ChatMessage message)
    {
        if (Find(message.Room) is not { } room) return;
        _pending.RemoveAll(each => each.Post.Id == message.Id);
        if (room != Current && message.Author != Me) room.Unread++;
        Show(room, message);
        view.Refresh();
    }

    void IChatObserver.MembersRead(string room, IReadOnlyList<string> members)
    {
        if (Find(room) is not { } open) return;
        open.Members.Clear();
        open.Members.UnionWith(members);
        view.Refresh();
    }

    void IChatObserver.MemberChanged(PresenceChange change)
    {
        if (Find(change.Room) is not { } room) return;
        var changed = change.IsOnline ? room.Members.Add(change.User) : room.Members.Remove(change.User);
        if (!change.IsOnline) room.Typing.Remove(change.User);
        if (changed && change.User != Me && room == Current) view.ShowNotice(NoticeKind.Event, change.IsOnline ? $"{change.User} came in." : $"{change.User} left.");
        view.Refresh();
    }

    void IChatObserver.TypingChanged(TypingChange change)
    {
        if (Find(change.Room) is not { } room || change.User == Me) return;
        room.Typing.Remove(change.User);
        if (change.IsTyping) room.Typing.Add(change.User);
        view.Refresh();
    }

    void IChatObserver.PostSettled(PendingPost settled, PostOutcome outcome)
    {
        _pending.RemoveAll(each => each.Post == settled);
        if (outcome.Refusal is { } refusal) view.ShowFailure(settled, refusal);
        view.Refresh();
    }

    void IChatObserver.Diagnostic(string sentence)
    {
        if (options.IsVerbose) view.ShowNotice(NoticeKind.Event, sentence);
    }

    private void Say(string text)
    {
        if (Current is null) view.ShowNotice(NoticeKind.Trouble, "You are in no room. /rooms lists them, /join ROOM goes to one.");
        else if (session.TryPost(Current.Name, text) is { } sent) _pending.Add((sent, clock.GetUtcNow()));
        else view.ShowNotice(NoticeKind.Trouble, "Too many messages wait for the server; it was not sent.");
        view.Refresh();
    }

    private void LookAt(ConversationRoom room)
    {
        Current = room;
        var unread = room.Unread > 0 ? $", {room.Unread} new above" : "";
        room.Unread = 0;
        view.ShowHeading($"#{room.Name}, {room.Members.Count} here{unread}");
        view.Refresh();
    }

    private void ShowLatest(ConversationRoom room, RoomState state)
    {
        var latest = state.Messages.TakeLast(options.History).ToList();
        if (state.Messages.Count == 0) view.ShowNotice(NoticeKind.Answer, "No messages yet.");
        foreach (var message in latest) Show(room, message);
        room.Oldest ??= state.LastNumber + 1;
        view.Refresh();
    }

    private void Show(ConversationRoom room, ChatMessage message)
    {
        room.Show(message);
        view.ShowMessage(message, room != Current);
    }

    private void Leave(string? name)
    {
        if (name is null || Find(name) is not { } room)
        {
            view.ShowNotice(NoticeKind.Trouble, name is null ? "You are in no room." : $"You are not in {name}.");
            return;
        }

        session.Leave(name);
        view.ShowNotice(NoticeKind.Answer, $"You left #{name}.");
        Close(room);
    }

    private void Close(ConversationRoom room)
    {
        _rooms.Remove(room);
        if (room == Current)
        {
            Current = null;
            if (_rooms.Count > 0) LookAt(_rooms[^1]);
        }

        view.Refresh();
    }

    private void ShowMembers()
    {
        if (Current is null) view.ShowNotice(NoticeKind.Trouble, "You are in no room.");
        else view.ShowNotice(NoticeKind.Answer, $"{Current.Members.Count} here: {string.Join(", ", Current.Members.Select(member => member == Me ? $"{member} (you)" : member))}");
    }

    private async Task ShowRooms()
    {
        var answer = await Ask(hub => hub.ListRooms());
        post(() =>
        {
            if (answer is null) return;
            if (answer.Count == 0) view.ShowNotice(NoticeKind.Answer, "There are no rooms yet; /join ROOM makes one.");
            var width = answer.Take(MostListed).Select(room => room.Room.Length).DefaultIfEmpty().Max();
            foreach (var room in answer.Take(MostListed)) view.ShowNotice(NoticeKind.Answer, Describe(room, width));
            if (answer.Count > MostListed) view.ShowNotice(NoticeKind.Answer, $"... and {answer.Count - MostListed} more.");
        });
    }

    private string Describe(RoomSummary room, int width)
    {
        var here = Find(room.Room) is null ? " " : "*";
        var last = room.LastPostedAt is { } at ? $"last {TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(at, DateTimeKind.Utc), clock.LocalTimeZone):yyyy-MM-dd HH:mm}" : "";
        return $"{here} #{room.Room.PadRight(width)}  {room.Members,4} here  {room.LastNumber,7:N0} messages  {last}".TrimEnd();
    }

    private async Task ShowOlder(int count)
    {
        if (Current is not { } room)
        {
            view.ShowNotice(NoticeKind.Trouble, "You are in no room.");
            return;
        }

        var older = await Ask(hub => hub.ReadHistory(room.Name, room.Oldest, count));
        post(() =>
        {
            if (older is null) return;
            if (older.Count == 0)
            {
                view.ShowNotice(NoticeKind.Answer, $"There is nothing older in #{room.Name}.");
                return;
            }

            view.ShowHeading($"#{room.Name}, older: {older[0].Number:N0} to {older[^1].Number:N0}");
            foreach (var message in older) Show(room, message);
            view.ShowHeading("end of the older messages");
        });
    }

    private void ShowHelp()
    {
        foreach (var (_, usage, meaning) in SlashCommand.All) view.ShowNotice(NoticeKind.Answer, $"{usage,-17} {meaning}");
        view.ShowNotice(NoticeKind.Answer, $"{"//text",-17} post a text that begins with a slash");
        view.ShowNotice(NoticeKind.Answer, $"{"Ctrl+J",-17} a new line within the message; a paste of several lines stays one message");
    }

    private async Task<T?> Ask<T>(Func<IChatHub, Task<T>> question) where T : class
    {
        // Whatever comes of it is posted from another thread: this one must never wait for itself.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            return await session.Ask(question);
        }
        catch (ChatFailure failure)
        {
            post(() => view.ShowNotice(NoticeKind.Trouble, failure.Message));
            return null;
        }
    }

    private ConversationRoom? Find(string room) => _rooms.Find(each => each.Name == room);
}
