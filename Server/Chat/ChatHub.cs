using Microsoft.AspNetCore.SignalR;
using RealtimeHello.Contracts;
using RealtimeHello.Server.Accounts;
using RealtimeHello.Server.Storage;

namespace RealtimeHello.Server.Chat;

/// <summary>Translates hub calls into calls of the chat, nothing else.</summary>
/// <remarks>
/// One client's calls run side by side but begin in order. Whatever must happen in that order (joining before posting,
/// posts among each other) is done before the first await.
/// </remarks>
internal sealed class ChatHub(Rooms rooms, IMessageStore store, GuestNames names, SignOuts signOuts, VitalsMeter vitals, ChatCounters counters) : Hub<IChatClient>, IChatHub
{
    /// <summary>What a connection is told that ends because its user signed out.</summary>
    public const string SignedOut = $"{ChatErrorCodes.NotAllowed}: You signed out.";

    private ChatConnection Me => (ChatConnection)Context.Items[typeof(ChatConnection)]!;

    public override Task OnConnectedAsync()
    {
        // Asked again where a sign-out finds the connection: one that came between the gate and here did not.
        if (Guest.TryRead(Context.User, out var guest) && signOuts.Has(guest.Id)) throw new HubException(SignedOut);
        if (guest is null || !names.Connect(guest.Name, guest.Id))
            throw new HubException($"{ChatErrorCodes.NotAllowed}: This name belongs to somebody else now; sign in again.");
        counters.Connected();
        Context.Items[typeof(ChatConnection)] = new ChatConnection(Context.ConnectionId, guest);
        return Task.CompletedTask;
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        Me.LeaveAll(rooms);
        names.Disconnect(Me.Guest.Name, Me.Guest.Id);
        counters.Disconnected();
        return Task.CompletedTask;
    }

    public async Task<RoomState> JoinRoom(string room, long? after)
    {
        if (after is { } number) ChatRules.Number(number);
        var joined = Me.Join(rooms, room);
        await Groups.AddToGroupAsync(Context.ConnectionId, joined.Name);
        return await joined.ReadState(after, Context.ConnectionAborted);
    }

    public Task LeaveRoom(string room)
    {
        Me.Leave(rooms, room);
        return Groups.RemoveFromGroupAsync(Context.ConnectionId, room);
    }

    public Task<PostReceipt> PostMessage(string room, string id, string text) =>
        Me.Room(room).Post(Me.Member, ChatRules.Id(id), ChatRules.Text(text));

    public Task<IReadOnlyList<ChatMessage>> ReadHistory(string room, long? before, int limit) =>
        store.ReadBefore(
            Me.Room(room).Name, before is { } number ? ChatRules.Number(number) : null, ChatRules.Limit(limit, ChatLimits.HistoryMessages), Context.ConnectionAborted);

    public Task<IReadOnlyList<ChatMessage>> ReadMissed(string room, long after, int limit) =>
        store.ReadAfter(Me.Room(room).Name, ChatRules.Number(after), ChatRules.Limit(limit, ChatLimits.MissedMessages), Context.ConnectionAborted);

    public Task<IReadOnlyList<RoomSummary>> ListRooms() => rooms.List(Context.ConnectionAborted);

    public Task SetTyping(string room, bool isTyping)
    {
        Me.Room(room).SetTyping(Me.Member, isTyping);
        return Task.CompletedTask;
    }

    public IAsyncEnumerable<ServerVitals> WatchVitals(int interval, CancellationToken cancellationToken) => Me.Watch(vitals, interval, cancellationToken);
}
