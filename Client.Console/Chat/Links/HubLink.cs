using System.Net.WebSockets;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using RealtimeHello.Contracts;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.Chat.Links;

/// <summary>A link over SignalR's client.</summary>
internal sealed class HubLink : IChatLink
{
    private readonly HubConnection _connection;
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HubLink(HubConnection connection) => _connection = connection;

    public Task<string> Ended => _ended.Task;

    /// <param name="connection">Not started; disposed with the link, and when opening fails.</param>
    /// <param name="client">Hears what the server says.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<HubLink> Open(HubConnection connection, IChatClient client, CancellationToken cancellationToken)
    {
        var link = new HubLink(connection);
        connection.On<ChatMessage>(nameof(IChatClient.MessagePosted), client.MessagePosted);
        connection.On<PresenceChange>(nameof(IChatClient.PresenceChanged), client.PresenceChanged);
        connection.On<TypingChange>(nameof(IChatClient.TypingChanged), client.TypingChanged);
        connection.On<RoomSummary>(nameof(IChatClient.RoomChanged), client.RoomChanged);
        connection.On<ServerStop>(nameof(IChatClient.ServerStopping), client.ServerStopping);
        connection.Closed += link.OnClosed;
        try
        {
            await connection.StartAsync(cancellationToken);
            return link;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public Task<RoomState> JoinRoom(string room, long? after) => _connection.InvokeAsync<RoomState>(nameof(JoinRoom), room, after);

    public Task LeaveRoom(string room) => _connection.InvokeAsync(nameof(LeaveRoom), room);

    public Task<PostReceipt> PostMessage(string room, string id, string text) => _connection.InvokeAsync<PostReceipt>(nameof(PostMessage), room, id, text);

    public Task<IReadOnlyList<ChatMessage>> ReadHistory(string room, long? before, int limit) =>
        _connection.InvokeAsync<IReadOnlyList<ChatMessage>>(nameof(ReadHistory), room, before, limit);

    public Task<IReadOnlyList<ChatMessage>> ReadMissed(string room, long after, int limit) =>
        _connection.InvokeAsync<IReadOnlyList<ChatMessage>>(nameof(ReadMissed), room, after, limit);

    public Task<IReadOnlyList<RoomSummary>> ListRooms() => _connection.InvokeAsync<IReadOnlyList<RoomSummary>>(nameof(ListRooms));

    public Task SetTyping(string room, bool isTyping) => _connection.SendAsync(nameof(SetTyping), room, isTyping);

    public IAsyncEnumerable<ServerVitals> WatchVitals(int interval, CancellationToken cancellationToken) =>
        _connection.StreamAsync<ServerVitals>(nameof(WatchVitals), interval, cancellationToken);

    /// <summary>Closes the WebSocket in good order (1000).</summary>
    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _ended.TrySetResult("This end left.");
    }

    private Task OnClosed(Exception? trouble)
    {
        _ended.TrySetResult(trouble switch
        {
            null => "The server closed the connection.",
            HubException said => $"The server closed the connection: {PrintableText.OneLine(said.Message, 300)}",
            TimeoutException => "The server fell silent.",
            WebSocketException or IOException => "The connection was lost.",
            _ => $"The connection ended: {PrintableText.OneLine(trouble.Message, 300)}",
        });
        return Task.CompletedTask;
    }
}
