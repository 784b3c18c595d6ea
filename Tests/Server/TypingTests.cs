using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Time.Testing;
using RealtimeHello.Contracts;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Server;

public sealed class TypingTests
{
    [Fact]
    public async Task Typing_wears_off_by_itself_and_ends_with_a_post()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = new ChatServer { Clock = clock };
        await using var ada = await server.Connect("ada");
        await using var bob = await server.Connect("bob");
        var seen = new Inbox<TypingChange>(bob, "TypingChanged");
        var own = new Inbox<TypingChange>(ada, "TypingChanged");
        await ada.Join("room");
        await bob.Join("room");

        await ada.InvokeAsync("SetTyping", "room", true);
        (await seen.Next()).Should().Be(new TypingChange("room", "ada", true));
        clock.Advance(TimeSpan.FromSeconds(7));
        (await seen.Next()).Should().Be(new TypingChange("room", "ada", false));

        await ada.InvokeAsync("SetTyping", "room", true);
        (await seen.Next()).IsTyping.Should().BeTrue();
        await ada.Post("room", "done");
        (await seen.Next()).IsTyping.Should().BeFalse();
        own.IsEmpty.Should().BeTrue("the one who types knows");
    }
}
