using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RealtimeHello.Contracts;
using RealtimeHello.Server.Chat;
using RealtimeHello.Server.Chat.FanOut;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Server;

public sealed class GuardedAudienceTests
{
    [Fact]
    public async Task Where_a_room_could_not_be_told_the_server_goes_on_the_log_says_so_and_the_message_is_found_by_reading()
    {
        await using var server = new ChatServer
        {
            Configure = services => services.AddSingleton<IRoomAudience>(
                provider => new FailingAudience(ActivatorUtilities.CreateInstance<HubAudience>(provider))),
        };
        await using var ada = await server.Connect("ada");
        await using var bob = await server.Connect("bob");
        var seen = new Inbox<ChatMessage>(bob, "MessagePosted");
        await ada.Join("room");
        await bob.Join("room");

        await ada.Post("room", FailingAudience.Unspeakable);
        await server.Logged("Message 1 of room is stored, but the room was not told");
        await ada.InvokeAsync("SetTyping", "room", true);
        await server.Logged("A change in room was not told");
        await ada.Post("room", "and on");

        var next = await seen.Next();
        next.Text.Should().Be("and on");
        next.Number.Should().Be(2);
        (await bob.Join("room", after: 0)).Messages.Select(message => message.Text).Should().Equal(FailingAudience.Unspeakable, "and on");
    }

    private sealed class FailingAudience(IRoomAudience inner) : IRoomAudience
    {
        public const string Unspeakable = "not to be told";

        public void MessagePosted(ChatMessage message, int listeners)
        {
            if (message.Text == Unspeakable) throw new InvalidOperationException("This can't be told.");
            inner.MessagePosted(message, listeners);
        }

        public void PresenceChanged(PresenceChange change, IReadOnlyList<string> except) => throw new InvalidOperationException("This can't be told.");

        public void TypingChanged(TypingChange change, IReadOnlyList<string> except) => throw new InvalidOperationException("This can't be told.");

        public void RoomChanged(RoomSummary room) => throw new InvalidOperationException("This can't be told.");

        public void ServerStopping(ServerStop stop) => throw new InvalidOperationException("This can't be told.");
    }
}
