namespace RealtimeHello.Contracts;

/// <summary>One stored message of a room.</summary>
/// <param name="Room">The room's name, 1-32 of lower-case letters, digits and <c>-</c>.</param>
/// <param name="Number">1, 2, 3 ... without gaps within the room, given when the message became durable.</param>
/// <param name="Id">The id its author's client chose: a UUID, by habit version 7.</param>
/// <param name="Author">The author's name at the time of posting.</param>
/// <param name="Text">1-2,000 characters.</param>
/// <param name="PostedAt">When it became durable, UTC. ISO 8601 in JSON, a timestamp in MessagePack.</param>
public sealed record ChatMessage(string Room, long Number, Guid Id, string Author, string Text, DateTime PostedAt);
