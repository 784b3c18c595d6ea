using System.Threading.Channels;
using RealtimeHello.Contracts;

namespace RealtimeHello.Client.Chat;

/// <summary>
/// What the server said on one link and nobody has looked at yet: bounded, and never in the way of the link. What does not fit is dropped and
/// marked, because everything in it can be read again: messages by number, members by joining again.
/// </summary>
internal sealed class Inbox(Action arrived) : IChatClient
{
    public const int Capacity = 1_024;

    private readonly Channel<object> _notices = Channel.CreateBounded<object>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private int _overflowed;
    private int _reconnectAfterMs = -1;

    /// <summary>Set when the server said that it stops.</summary>
    public TimeSpan? ReconnectAfter => Volatile.Read(ref _reconnectAfterMs) is >= 0 and var ms ? TimeSpan.FromMilliseconds(ms) : null;

    public bool TryTake(out object? notice) => _notices.Reader.TryRead(out notice);

    /// <summary>Whether something was dropped since the last time this was asked.</summary>
    public bool TakeOverflow() => Interlocked.Exchange(ref _overflowed, 0) == 1;

    public Task MessagePosted(ChatMessage message) => Put(message);

    public Task PresenceChanged(PresenceChange change) => Put(change);

    public Task TypingChanged(TypingChange change) => Put(change);

    /// <summary>The list of rooms is asked for when somebody wants to see it.</summary>
    public Task RoomChanged(RoomSummary room) => Task.CompletedTask;

    public Task ServerStopping(ServerStop stop)
    {
        Volatile.Write(ref _reconnectAfterMs, Math.Clamp(stop.ReconnectAfterMs, 0, 60_000));
        return Task.CompletedTask;
    }

    private Task Put(object notice)
    {
        if (!_notices.Writer.TryWrite(notice)) Interlocked.Exchange(ref _overflowed, 1);
        arrived();
        return Task.CompletedTask;
    }
}
