using RealtimeHello.Contracts;
using RealtimeHello.Inspector;
using RealtimeHello.Server.Chat;

namespace RealtimeHello.Server.Observation;

/// <summary>Publishes that a message is durable, and then that it was handed to its room, as events of the connection that posted it.</summary>
internal sealed class ObservedAudience(IRoomAudience inner, PostsUnderWay posts) : IRoomAudience
{
    /// <summary>Puts itself around the audience that is registered.</summary>
    public static void Surround(IServiceCollection services)
    {
        var registered = services.Last(service => service.ServiceType == typeof(IRoomAudience));
        services.Remove(registered);
        services.AddSingleton<IRoomAudience>(provider => new ObservedAudience(
            (IRoomAudience)ActivatorUtilities.CreateInstance(provider, registered.ImplementationType!), provider.GetRequiredService<PostsUnderWay>()));
    }

    public void MessagePosted(ChatMessage message, int listeners)
    {
        var post = posts.End(message.Id);
        // What is told to a room is durable.
        post?.Posted(message.Room, message.Number, isDuplicate: false);
        inner.MessagePosted(message, listeners);
        post?.Delivered(message.Room, message.Number, listeners);
    }

    public void PresenceChanged(PresenceChange change, IReadOnlyList<string> except) => inner.PresenceChanged(change, except);

    public void TypingChanged(TypingChange change, IReadOnlyList<string> except) => inner.TypingChanged(change, except);

    public void RoomChanged(RoomSummary room) => inner.RoomChanged(room);

    public void ServerStopping(ServerStop stop) => inner.ServerStopping(stop);
}
