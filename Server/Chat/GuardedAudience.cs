using RealtimeHello.Contracts;

namespace RealtimeHello.Server.Chat;

/// <summary>
/// The audience, of which nothing that fails reaches who tells it: a worker of the thread pool, a timer, the stopping server, none of which has anybody to tell. The log says so, and clients notice by the
/// numbers that they missed a message.
/// </summary>
internal sealed partial class GuardedAudience(IRoomAudience inner, ILogger<GuardedAudience> log) : IRoomAudience
{
    public void MessagePosted(ChatMessage message, int listeners)
    {
        try
        {
            inner.MessagePosted(message, listeners);
        }
        catch (Exception exception)
        {
            LogMessageUntold(exception, message.Number, message.Room);
        }
    }

    public void PresenceChanged(PresenceChange change, IReadOnlyList<string> except)
    {
        try
        {
            inner.PresenceChanged(change, except);
        }
        catch (Exception exception)
        {
            LogChangeUntold(exception, change.Room);
        }
    }

    public void TypingChanged(TypingChange change, IReadOnlyList<string> except)
    {
        try
        {
            inner.TypingChanged(change, except);
        }
        catch (Exception exception)
        {
            LogChangeUntold(exception, change.Room);
        }
    }

    public void RoomChanged(RoomSummary room)
    {
        try
        {
            inner.RoomChanged(room);
        }
        catch (Exception exception)
        {
            LogChangeUntold(exception, room.Room);
        }
    }

    public void ServerStopping(ServerStop stop)
    {
        try
        {
            inner.ServerStopping(stop);
        }
        catch (Exception exception)
        {
            LogStopUntold(exception);
        }
    }

    [LoggerMessage(LogLevel.Error, "Message {Number} of {Room} is stored, but the room was not told: its members find it when they read next.")]
    private partial void LogMessageUntold(Exception exception, long number, string room);

    [LoggerMessage(LogLevel.Error, "A change in {Room} was not told.")]
    private partial void LogChangeUntold(Exception exception, string room);

    [LoggerMessage(LogLevel.Error, "The clients were not told that the server stops; their connections are closed all the same.")]
    private partial void LogStopUntold(Exception exception);
}
