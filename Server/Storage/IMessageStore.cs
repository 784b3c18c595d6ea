using RealtimeHello.Contracts;

namespace RealtimeHello.Server.Storage;

/// <summary>
/// Where messages become durable and get their numbers: 1, 2, 3 ... without gaps in each room. Every method throws
/// <see cref="StoreUnavailableException"/> when the store does not answer.
/// </summary>
internal interface IMessageStore
{
    /// <summary>Stores a message; done only when it is durable. Calls are stored in the order in which they were made.</summary>
    Task<AppendResult> Append(NewMessage message);

    /// <summary>The newest messages before a number (null: of all), oldest first.</summary>
    Task<IReadOnlyList<ChatMessage>> ReadBefore(string room, long? before, int limit, CancellationToken cancellationToken);

    /// <summary>The oldest messages after a number, oldest first.</summary>
    Task<IReadOnlyList<ChatMessage>> ReadAfter(string room, long after, int limit, CancellationToken cancellationToken);

    /// <summary>A room's newest number and when it was given; 0 and null for one without messages.</summary>
    Task<RoomTail> ReadTail(string room, CancellationToken cancellationToken);

    /// <summary>The rooms with the newest messages, newest first.</summary>
    Task<IReadOnlyList<RoomTail>> ReadLatestRooms(int limit, CancellationToken cancellationToken);
}

/// <summary>A message that is to be stored.</summary>
internal sealed record NewMessage(string Room, Guid Id, Guid User, string Author, string Text);

/// <summary>What became of an append: the stored message, whether it had been stored before, and whether its id was taken by another one.</summary>
internal readonly record struct AppendResult(ChatMessage Message, bool IsDuplicate, bool IsIdReused);

/// <summary>Where a room's numbering stands.</summary>
internal sealed record RoomTail(string Room, long LastNumber, DateTime? LastPostedAt);

/// <summary>The store does not answer; what was asked for may be tried again later.</summary>
internal sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
