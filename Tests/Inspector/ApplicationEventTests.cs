using Microsoft.AspNetCore.Http;
using RealtimeHello.Contracts;
using RealtimeHello.Inspector;
using RealtimeHello.Layers.Application;
using RealtimeHello.Recording;
using RealtimeHello.Tests.Pages;
using RealtimeHello.Tests.Recording;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Inspector;

/// <summary>An application may have something to say of a request that is over, or of a connection that is.</summary>
public sealed class ApplicationEventTests
{
    [Fact]
    public void What_is_said_of_a_request_that_is_over_fails_nobody()
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IConnectionRecorderFeature>(new Connection(new RecordedConversation().Recorder));
        context.GetConnectionRecorder().Should().NotBeNull();
        context.Uninitialize();

        var late = () => context.PublishApplicationEvent("late", "too late");

        late.Should().NotThrow();
        context.GetConnectionRecorder().Should().BeNull();
        ((HttpContext?)null).GetConnectionRecorder().Should().BeNull();
    }

    [Fact]
    public void What_was_kept_of_the_request_tells_on_until_the_connection_is_over()
    {
        var conversation = new RecordedConversation().Upgrade().Handshake();
        IConnectionRecorderFeature kept = new Connection(conversation.Recorder);

        kept.PublishApplicationEvent("delivered", "behind the request");
        conversation.Recorder.Close();
        kept.PublishApplicationEvent("late", "too late");

        conversation.Events().Select(happened => happened.Detail).OfType<ApplicationFact>().Select(fact => fact.Kind).Should().Equal("delivered");
    }

    [Fact]
    public void What_was_kept_of_a_request_tells_nothing_any_more_when_the_connection_became_somebody_elses()
    {
        var shared = new RecordedConversation();
        shared.Received("GET /orders HTTP/1.1\r\nHost: a\r\n\r\n");
        shared.Sent("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        var context = new DefaultHttpContext();
        context.Features.Set<IConnectionRecorderFeature>(new Connection(shared.Recorder));
        var ofOrders = context.GetConnectionRecorder();
        shared.Upgrade();
        var ofHub = context.GetConnectionRecorder();
        ofOrders.PublishApplicationEvent("early", "still the same connection");
        shared.Handshake().Recorder.BelongsTo("7", "ada");

        ofOrders.PublishApplicationEvent("late", "something private");
        ofHub.PublishApplicationEvent("own", "of the hub");

        shared.Events().Select(happened => happened.Detail).OfType<ApplicationFact>().Select(fact => fact.Kind).Should().Equal("own");
    }

    [Fact]
    public async Task Whoever_posts_and_is_gone_before_the_room_is_told_leaves_the_server_as_it_was()
    {
        // A process of its own: what it would fail by ends the process.
        await using var server = new TemporaryServer();
        await server.Start();
        await using var listener = await server.Connect("listener");
        var inbox = new Inbox<ChatMessage>(listener, "MessagePosted");
        await listener.Join("gone");
        for (var i = 0; i < 40; i++)
        {
            await using var leaver = await server.Connect($"leaver-{i}");
            await leaver.Join("gone");
            _ = leaver.Post("gone", $"and away {i}");
        }

        await listener.Post("gone", "still here");
        (await inbox.Next(message => message.Text == "still here")).Author.Should().Be("listener");
    }

    private sealed class Connection(ConnectionRecorder recorder) : IConnectionRecorderFeature
    {
        public ConnectionRecorder Recorder => recorder;
    }
}
