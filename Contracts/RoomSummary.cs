namespace RealtimeHello.Contracts;

/// <summary>One line of the room list.</summary>
/// <param name="Room">The room's name.</param>
/// <param name="Members">How many users are in it now.</param>
/// <param name="LastNumber">The number of its newest message; 0 for an empty room.</param>
/// <param name="LastPostedAt">When its newest message was posted, UTC; null for an empty room.</param>
public sealed record RoomSummary(string Room, int Members, long LastNumber, DateTime? LastPostedAt);
