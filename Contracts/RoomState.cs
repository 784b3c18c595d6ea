namespace RealtimeHello.Contracts;

/// <summary>What a member learns when it joins a room.</summary>
/// <param name="Room">The room's name.</param>
/// <param name="Members">The names of the users in the room, sorted, each once.</param>
/// <param name="Messages">The messages asked for, oldest first.</param>
/// <param name="LastNumber">The number of the room's newest message; 0 for an empty room.</param>
/// <param name="HasMore">After null: older messages exist. After a number: newer ones remain, to be read with <see cref="IChatHub.ReadMissed"/>.</param>
public sealed record RoomState(
    string Room,
    IReadOnlyList<string> Members,
    IReadOnlyList<ChatMessage> Messages,
    long LastNumber,
    bool HasMore);
