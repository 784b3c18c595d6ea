namespace RealtimeHello.Contracts;

/// <summary>
/// The hub's methods, as a client calls them. Reading and posting need membership. A refused call is a
/// HubException whose text is <c>code: sentence</c>, with a code of <see cref="ChatErrorCodes"/>.
/// </summary>
public interface IChatHub
{
    /// <summary>Joins a room; a room comes to be by its first join.</summary>
    /// <param name="room">1-32 of lower-case letters, digits and <c>-</c>.</param>
    /// <param name="after">Null: the latest 50 messages. A number: what came since, at most 500.</param>
    Task<RoomState> JoinRoom(string room, long? after);

    /// <summary>Leaves a room; without effect for one that was not joined.</summary>
    Task LeaveRoom(string room);

    /// <summary>Posts a message; the receipt comes only after it is durable. The same id and text again gets the first receipt.</summary>
    /// <param name="room">A room that this connection has joined.</param>
    /// <param name="id">A UUID chosen by the client, as text.</param>
    /// <param name="text">1-2,000 characters.</param>
    Task<PostReceipt> PostMessage(string room, string id, string text);

    /// <summary>Messages before a number (null: the latest), oldest first.</summary>
    /// <param name="room">A room that this connection has joined.</param>
    /// <param name="before">Exclusive; null for the latest.</param>
    /// <param name="limit">1-200.</param>
    Task<IReadOnlyList<ChatMessage>> ReadHistory(string room, long? before, int limit);

    /// <summary>Messages after a number, oldest first.</summary>
    /// <param name="room">A room that this connection has joined.</param>
    /// <param name="after">Exclusive.</param>
    /// <param name="limit">1-500.</param>
    Task<IReadOnlyList<ChatMessage>> ReadMissed(string room, long after, int limit);

    /// <summary>At most 500 rooms, the liveliest first.</summary>
    Task<IReadOnlyList<RoomSummary>> ListRooms();

    /// <summary>Tells the room that this user is typing; expires by itself.</summary>
    Task SetTyping(string room, bool isTyping);

    /// <summary>The server's live figures.</summary>
    /// <param name="interval">Milliseconds between two readings, 250-10,000.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    IAsyncEnumerable<ServerVitals> WatchVitals(int interval, CancellationToken cancellationToken);
}
