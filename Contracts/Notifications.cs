namespace RealtimeHello.Contracts;

/// <summary>A user came to a room or left it; a user with several connections comes and goes once.</summary>
/// <param name="Room">The room.</param>
/// <param name="User">The user's name.</param>
/// <param name="IsOnline">True: came. False: left.</param>
public sealed record PresenceChange(string Room, string User, bool IsOnline);

/// <summary>A member began or stopped typing.</summary>
/// <param name="Room">The room.</param>
/// <param name="User">The user's name.</param>
/// <param name="IsTyping">True: began. False: stopped, posted, left, or fell silent.</param>
public sealed record TypingChange(string Room, string User, bool IsTyping);

/// <summary>The server is about to close every connection in good order.</summary>
/// <param name="ReconnectAfterMs">How many milliseconds a client should wait before it tries to come back.</param>
public sealed record ServerStop(int ReconnectAfterMs);
