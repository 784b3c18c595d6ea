using RealtimeHello.Client.Chat.Links;
using RealtimeHello.Contracts;

namespace RealtimeHello.Client.Chat;

/// <summary>Hears what happens in a session, one call after the other.</summary>
internal interface IChatObserver
{
    void StateChanged(SessionState state);

    /// <summary>A room was joined for the first time; its messages come with it, oldest first, and not through <see cref="MessageReceived"/>.</summary>
    void RoomJoined(RoomState room);

    /// <summary>The chat does not let this user in.</summary>
    void JoinRefused(string room, ChatRefusal refusal);

    /// <summary>The room's numbers begin anew: the server lost what it had stored.</summary>
    void RoomBeganAnew(RoomState room);

    /// <summary>A message, in the order of the room's numbers, each once.</summary>
    void MessageReceived(ChatMessage message);

    /// <summary>Who is in a room, after joining it on a new link; sorted.</summary>
    void MembersRead(string room, IReadOnlyList<string> members);

    /// <summary>Somebody came or went since the members were read.</summary>
    void MemberChanged(PresenceChange change);

    void TypingChanged(TypingChange change);

    /// <summary>A post was acknowledged, or failed for good.</summary>
    void PostSettled(PendingPost post, PostOutcome outcome);

    /// <summary>For people who look for trouble; no part of the chat.</summary>
    void Diagnostic(string sentence);
}
