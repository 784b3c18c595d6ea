namespace RealtimeHello.Contracts;

/// <summary>The methods that the server calls on its clients.</summary>
public interface IChatClient
{
    /// <summary>A message was stored in a room that this connection has joined.</summary>
    Task MessagePosted(ChatMessage message);

    /// <summary>A user came to, or left, a room that this connection has joined.</summary>
    Task PresenceChanged(PresenceChange change);

    /// <summary>A member of a room that this connection has joined began or stopped typing.</summary>
    Task TypingChanged(TypingChange change);

    /// <summary>A room's line in the list changed; to everyone signed in, at most once a second a room.</summary>
    Task RoomChanged(RoomSummary room);

    /// <summary>The server is about to close this connection in good order.</summary>
    Task ServerStopping(ServerStop stop);
}
