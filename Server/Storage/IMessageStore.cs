using RealtimeHello.Contracts;

namespace RealtimeHello.Server.Storage;

/// <summary>
/// Where messages become durable and get their numbers: 1, 2, 3 ... without gaps in each room. Every method throws
/// <see cref="StoreUnavailableException"/> when the store does not answer.
/// </summary>
internal interface IMessageStore
{
    /// <summary>Raised for each message once it is durable, in each room in the order of numbers. Handlers must not block: the writer waits for them.</summary>
    event Action<ChatMessage>? Stored;

    /// <summary>False while the store takes no writes.</summary>
    bool IsWorking { get; }

    /// <summary>Stores a message; done only when it is durable. Messages are numbered in the order in which they were handed over.</summary>
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
