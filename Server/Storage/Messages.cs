using RealtimeHello.Contracts;

namespace RealtimeHello.Server.Storage;

/// <summary>A message that is to be stored.</summary>
/// <param name="Room">The room.</param>
/// <param name="Id">Chosen by the client, unique in the whole store.</param>
/// <param name="User">Its author.</param>
/// <param name="Author">The author's name.</param>
/// <param name="Text">The text.</param>
internal sealed record NewMessage(string Room, Guid Id, Guid User, string Author, string Text);

/// <summary>What became of an append.</summary>
/// <param name="Message">The message that is stored under the id.</param>
/// <param name="IsDuplicate">The same message had been stored before.</param>
/// <param name="IsIdReused">The id belongs to another message; nothing was stored.</param>
internal readonly record struct AppendResult(ChatMessage Message, bool IsDuplicate, bool IsIdReused);

/// <summary>Where a room's numbering stands.</summary>
/// <param name="Room">The room.</param>
/// <param name="LastNumber">0 before the first message.</param>
/// <param name="LastPostedAt">Null before the first message.</param>
internal sealed record RoomTail(string Room, long LastNumber, DateTime? LastPostedAt);
