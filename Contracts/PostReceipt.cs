namespace RealtimeHello.Contracts;

/// <summary>The answer to <see cref="IChatHub.PostMessage"/>; it is sent only after the message is durable.</summary>
/// <param name="Room">The room it was posted to.</param>
/// <param name="Id">The id the client chose.</param>
/// <param name="Number">The message's number in its room.</param>
/// <param name="PostedAt">When it became durable, UTC.</param>
/// <param name="Duplicate">True when the same id and text had been stored before: this is the first receipt again.</param>
public sealed record PostReceipt(string Room, Guid Id, long Number, DateTime PostedAt, bool Duplicate);
