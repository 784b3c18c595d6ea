using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.SignalR;
using RealtimeHello.Contracts;
using RealtimeHello.Server.Accounts;
using RealtimeHello.Server.Storage;

namespace RealtimeHello.Server.Chat;

/// <summary>Translates hub calls into calls of the chat, nothing else.</summary>
internal sealed class ChatHub(Rooms rooms, IMessageStore store, GuestNames names, TimeProvider clock) : Hub<IChatClient>, IChatHub
{
    private ChatConnection Me => (ChatConnection)Context.Items[typeof(ChatConnection)]!;

    public override Task OnConnectedAsync()
    {
        if (!Guest.TryRead(Context.User, out var guest) || !names.Connect(guest.Name, guest.Id))
            throw new ChatException(ChatErrorCodes.NotAllowed, "This name belongs to somebody else now.");
        Context.Items[typeof(ChatConnection)] = new ChatConnection(Context.ConnectionId, guest);
        return Task.CompletedTask;
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        if (!Context.Items.ContainsKey(typeof(ChatConnection))) return Task.CompletedTask;
        foreach (var room in Me.LeaveAll()) rooms.Leave(room, Me.Member);
        names.Disconnect(Me.Guest.Name, Me.Guest.Id);
        return Task.CompletedTask;
    }

    public async Task<RoomState> JoinRoom(string room, long? after)
    {
        if (after is { } number) ChatRules.Number(number);
        if (!Me.HasRoomFor(ChatRules.Room(room))) throw new ChatException(ChatErrorCodes.NotAllowed, $"A connection is in at most {ChatConnection.MostRooms} rooms.");
        var joined = rooms.Join(room, Me.Member);
        Me.Joined(joined);
        await Groups.AddToGroupAsync(Context.ConnectionId, room, Context.ConnectionAborted);
        return await joined.ReadState(after, Context.ConnectionAborted);
    }

    public async Task LeaveRoom(string room)
    {
        if (Me.Left(ChatRules.Room(room)) is not { } left) return;
        rooms.Leave(left, Me.Member);
        await Groups.RemoveFromGroupAsync(Context.ConnectionId, room, Context.ConnectionAborted);
    }

    public Task<PostReceipt> PostMessage(string room, string id, string text) =>
        Me.Room(room).Post(Me.Member, ChatRules.Id(id), ChatRules.Text(text));

    public Task<IReadOnlyList<ChatMessage>> ReadHistory(string room, long? before, int limit)
    {
        if (before is { } number) ChatRules.Number(number);
        return store.ReadBefore(Me.Room(room).Name, before, ChatRules.Limit(limit, ChatLimits.HistoryMessages), Context.ConnectionAborted);
    }

    public Task<IReadOnlyList<ChatMessage>> ReadMissed(string room, long after, int limit) =>
        store.ReadAfter(Me.Room(room).Name, ChatRules.Number(after), ChatRules.Limit(limit, ChatLimits.MissedMessages), Context.ConnectionAborted);

    public async Task<IReadOnlyList<RoomSummary>> ListRooms()
    {
        var tails = await store.ReadLatestRooms(ChatLimits.ListedRooms, Context.ConnectionAborted);
        var known = tails.Select(tail => tail.Room).ToHashSet();
        var empty = rooms.Occupied().Where(room => !known.Contains(room.Name)).Select(room => new RoomSummary(room.Name, room.Members, 0, null));
        return [.. tails.Select(tail => new RoomSummary(tail.Room, rooms.CountMembers(tail.Room), tail.LastNumber, tail.LastPostedAt)).Concat(empty).Take(ChatLimits.ListedRooms)];
    }

    public Task SetTyping(string room, bool isTyping)
    {
        Me.Room(room).SetTyping(Me.Member, isTyping);
        return Task.CompletedTask;
    }

    public IAsyncEnumerable<ServerVitals> WatchVitals(int interval, CancellationToken cancellationToken)
    {
        if (interval is < ChatLimits.ShortestVitalsInterval or > ChatLimits.LongestVitalsInterval)
            throw new ChatException(ChatErrorCodes.BadRange, $"The interval is {ChatLimits.ShortestVitalsInterval} to {ChatLimits.LongestVitalsInterval} ms.");
        return ReadVitals(TimeSpan.FromMilliseconds(interval), cancellationToken);
    }

    private async IAsyncEnumerable<ServerVitals> ReadVitals(TimeSpan interval, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        do yield return new ServerVitals(clock.GetUtcNow().UtcDateTime, 0, 0, 0, Environment.WorkingSet, 0, 0);
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }
}
