using RealtimeHello.Contracts;

namespace RealtimeHello.Server.Chat;

/// <summary>Those who hear what happens in rooms. No method waits for anybody.</summary>
internal interface IRoomAudience
{
    void MessagePosted(ChatMessage message);

    /// <param name="change">What changed.</param>
    /// <param name="except">Connections that are not told.</param>
    void PresenceChanged(PresenceChange change, IReadOnlyList<string> except);

    /// <param name="change">What changed.</param>
    /// <param name="except">Connections that are not told.</param>
    void TypingChanged(TypingChange change, IReadOnlyList<string> except);

    /// <summary>To everyone signed in.</summary>
    void RoomChanged(RoomSummary room);
}
