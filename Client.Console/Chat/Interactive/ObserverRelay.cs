using RealtimeHello.Client.Chat.Links;
using RealtimeHello.Contracts;

namespace RealtimeHello.Client.Chat.Interactive;

/// <summary>Brings a session's events to another thread, in order. Waits when that thread is far behind, and with it the session.</summary>
/// <param name="post">Takes something to run there.</param>
internal sealed class ObserverRelay(Action<Action> post) : IChatObserver
{
    /// <summary>Who hears the events; set before the session runs.</summary>
    public IChatObserver? Target { get; set; }

    public void StateChanged(SessionState state) => post(() => Target?.StateChanged(state));

    public void RoomJoined(RoomState room) => post(() => Target?.RoomJoined(room));

    public void JoinRefused(string room, ChatRefusal refusal) => post(() => Target?.JoinRefused(room, refusal));

    public void RoomBeganAnew(RoomState room) => post(() => Target?.RoomBeganAnew(room));

    public void MessageReceived(ChatMessage message) => post(() => Target?.MessageReceived(message));

    public void MembersRead(string room, IReadOnlyList<string> members) => post(() => Target?.MembersRead(room, members));

    public void MemberChanged(PresenceChange change) => post(() => Target?.MemberChanged(change));

    public void TypingChanged(TypingChange change) => post(() => Target?.TypingChanged(change));

    public void PostSettled(PendingPost settled, PostOutcome outcome) => post(() => Target?.PostSettled(settled, outcome));

    public void Diagnostic(string sentence) => post(() => Target?.Diagnostic(sentence));
}
