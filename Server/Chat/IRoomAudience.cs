using RealtimeHello.Contracts;

namespace RealtimeHello.Server.Chat;

/// <summary>Those who hear what happens in rooms. No method waits for anybody.</summary>
internal interface IRoomAudience
{
    /// <summary>To everyone in the room: that many connections as far as the room knows.</summary>
    void MessagePosted(ChatMessage message, int listeners);

    /// <summary>To everyone in the room but some connections.</summary>
    void PresenceChanged(PresenceChange change, IReadOnlyList<string> except);

    /// <summary>To everyone in the room but some connections.</summary>
    void TypingChanged(TypingChange change, IReadOnlyList<string> except);

    /// <summary>To everyone signed in.</summary>
    void RoomChanged(RoomSummary room);

    /// <summary>To everyone signed in.</summary>
    void ServerStopping(ServerStop stop);
}
