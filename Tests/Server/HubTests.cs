using Microsoft.AspNetCore.SignalR.Client;
using RealtimeHello.Contracts;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Server;

public sealed class HubTests(ChatServer server) : IClassFixture<ChatServer>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_reaches_a_client_of_either_protocol(bool messagePack)
    {
        var room = $"either-{messagePack}".ToLowerInvariant();
        await using var ada = await server.Connect($"ada{messagePack}", !messagePack);
        await using var bob = await server.Connect($"bob{messagePack}", messagePack);
        var heard = new Inbox<ChatMessage>(bob, "MessagePosted");
        await ada.Join(room);
        var state = await bob.Join(room);
        var id = Guid.CreateVersion7();

        var receipt = await ada.Post(room, "hello, 世界 👋", id);

        state.Members.Should().Equal($"ada{messagePack}", $"bob{messagePack}");
        var message = await heard.Next();
        message.Should().Be(new ChatMessage(room, 1, id, $"ada{messagePack}", "hello, 世界 👋", receipt.PostedAt));
        message.PostedAt.Kind.Should().Be(DateTimeKind.Utc);
        receipt.Should().Be(new PostReceipt(room, id, 1, receipt.PostedAt, false));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_method_answers_over_either_protocol(bool messagePack)
    {
        var room = $"every-{messagePack}".ToLowerInvariant();
        await using var hub = await server.Connect($"every{messagePack}", messagePack);
        var empty = await hub.Join(room);
        var nothing = await hub.InvokeAsync<ChatMessage[]>("ReadHistory", room, null, 10);
        var receipt = await hub.Post(room, "one");
        var message = new ChatMessage(room, 1, receipt.Id, $"every{messagePack}", "one", receipt.PostedAt);

        empty.Should().BeEquivalentTo(new RoomState(room, [$"every{messagePack}"], [], 0, false));
        nothing.Should().BeEmpty();
        (await hub.InvokeAsync<ChatMessage[]>("ReadHistory", room, null, 10)).Should().Equal(message);
        (await hub.InvokeAsync<ChatMessage[]>("ReadMissed", room, 0L, 10)).Should().Equal(message);
        (await hub.InvokeAsync<RoomSummary[]>("ListRooms")).Should().Contain(new RoomSummary(room, 1, 1, receipt.PostedAt));
        await hub.InvokeAsync("SetTyping", room, true);
        (await hub.StreamAsync<ServerVitals>("WatchVitals", 250, TestContext.Current.CancellationToken).FirstAsync(TestContext.Current.CancellationToken)).Connections.Should().BePositive();
        await hub.InvokeAsync("LeaveRoom", room);
        (await hub.Refusal("ReadMissed", room, 0L, 10)).Should().Contain("not_in_room: ");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_same_id_and_text_again_gets_the_first_receipt(bool messagePack)
    {
        await using var hub = await server.Connect($"twice{messagePack}", messagePack);
        await hub.Join("twice");
        var id = Guid.CreateVersion7();
        var first = await hub.Post("twice", "once", id);

        var again = await hub.Post("twice", "once", id);

        again.Should().Be(first with { Duplicate = true });
        (await hub.Refusal("PostMessage", "twice", id, "other")).Should().Contain("id_reused: ");
        (await hub.Join("twice")).Messages.Should().ContainSingle(message => message.Id == id);
    }

    [Fact]
    public async Task An_id_of_another_user_is_reused()
    {
        await using var ada = await server.Connect("owner");
        await using var eve = await server.Connect("eve");
        await ada.Join("owned");
        await eve.Join("owned");
        var id = Guid.CreateVersion7();
        await ada.Post("owned", "mine", id);

        (await eve.Refusal("PostMessage", "owned", id, "mine")).Should().Contain("id_reused: ");
    }

    [Fact]
    public async Task Twenty_clients_at_once_get_numbers_without_gaps_and_every_client_hears_them_in_order()
    {
        const int clients = 20, posts = 25;
        var hubs = await Task.WhenAll(Enumerable.Range(0, clients).Select(i => server.Connect($"crowd{i}", i % 2 == 1)));
        var heard = new Inbox<ChatMessage>(hubs[0], "MessagePosted");
        foreach (var hub in hubs) await hub.Join("crowd");

        var receipts = await Task.WhenAll(hubs.SelectMany(hub => Enumerable.Range(0, posts).Select(i => hub.Post("crowd", $"text {i}"))));

        receipts.Select(receipt => receipt.Number).Order().Should().Equal(Enumerable.Range(1, clients * posts).Select(i => (long)i));
        for (var number = 1; number <= clients * posts; number++) (await heard.Next()).Number.Should().Be(number);
        foreach (var hub in hubs) await hub.DisposeAsync();
    }

    [Fact]
    public async Task Posts_that_one_client_sends_without_waiting_keep_their_order()
    {
        await using var hub = await server.Connect("hasty");
        var join = hub.Join("hasty");
        var posts = Enumerable.Range(1, 200).Select(i => hub.Post("hasty", $"line {i}")).ToArray();

        await join;
        var receipts = await Task.WhenAll(posts);

        receipts.Select(receipt => receipt.Number).Should().Equal(Enumerable.Range(1, 200).Select(i => (long)i));
    }

    [Fact]
    public async Task A_room_is_resumed_after_a_number_and_read_backwards_before_one()
    {
        await using var hub = await server.Connect("reader");
        await hub.Join("long");
        for (var i = 1; i <= 60; i++) await hub.Post("long", $"{i}");

        var latest = await hub.Join("long");
        var resumed = await hub.Join("long", 55);
        var history = await hub.InvokeAsync<ChatMessage[]>("ReadHistory", "long", 11L, 5);
        var newest = await hub.InvokeAsync<ChatMessage[]>("ReadHistory", "long", null, 2);
        var missed = await hub.InvokeAsync<ChatMessage[]>("ReadMissed", "long", 57L, 2);

        latest.Messages.Select(message => message.Number).Should().Equal(Enumerable.Range(11, 50).Select(i => (long)i));
        (latest.LastNumber, latest.HasMore).Should().Be((60, true));
        resumed.Messages.Select(message => message.Text).Should().Equal("56", "57", "58", "59", "60");
        resumed.HasMore.Should().BeFalse();
        history.Select(message => message.Number).Should().Equal(6, 7, 8, 9, 10);
        newest.Select(message => message.Number).Should().Equal(59, 60);
        missed.Select(message => message.Number).Should().Equal(58, 59);
    }

    [Fact]
    public async Task A_user_with_two_connections_comes_and_goes_once()
    {
        await using var watcher = await server.Connect("watcher");
        var seen = new Inbox<PresenceChange>(watcher, "PresenceChanged");
        await watcher.Join("door");
        var session = await server.SignIn("twin");
        await using var first = server.Hub(session);
        await using var second = server.Hub(session, messagePack: true);
        await first.StartAsync();
        await second.StartAsync();

        await first.Join("door");
        var members = (await second.Join("door")).Members;
        await first.StopAsync();
        await second.InvokeAsync("LeaveRoom", "door");
        await using var other = await server.Connect("after-twin");
        await other.Join("door");

        members.Should().Equal("twin", "watcher");
        (await seen.Next()).Should().Be(new PresenceChange("door", "twin", true));
        (await seen.Next()).Should().Be(new PresenceChange("door", "twin", false));
        (await seen.Next()).Should().Be(new PresenceChange("door", "after-twin", true));
    }

    [Fact]
    public async Task Everyone_signed_in_hears_that_a_room_changed_and_the_list_has_it()
    {
        await using var outsider = await server.Connect("outsider");
        var news = new Inbox<RoomSummary>(outsider, "RoomChanged");
        await using var hub = await server.Connect("insider");
        await hub.Join("news");
        var receipt = await hub.Post("news", "extra");

        var summary = await news.Next(room => room is { Room: "news", LastNumber: 1 });
        var listed = await outsider.InvokeAsync<RoomSummary[]>("ListRooms");

        summary.Should().Be(new RoomSummary("news", 1, 1, receipt.PostedAt));
        listed.Should().Contain(summary);
    }

    [Fact]
    public async Task Who_does_not_read_is_aborted_and_the_others_hear_everything()
    {
        await using var server = new ChatServer { Settings = [("Chat:Posts:PerSecond", "0")] };
        await using var deaf = await RawHub.Connect(server, "deaf", "json");
        await deaf.SendJson("""{"type":1,"invocationId":"1","target":"JoinRoom","arguments":["loud",null]}""");
        await deaf.Find("\"invocationId\":\"1\"");
        await using var hub = await server.Connect("loud");
        var heard = new Inbox<ChatMessage>(hub, "MessagePosted");
        var gone = new Inbox<PresenceChange>(hub, "PresenceChanged");
        await hub.Join("loud");
        var text = new string('x', 2000);
        var aborted = server.Logged("reads too slowly");
        var posted = 0;

        // As much as it takes to fill the socket's buffers, and then what may wait unsent.
        while (!aborted.IsCompleted)
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => hub.Post("loud", text)));
            posted += 50;
            for (var i = 0; i < 50; i++) await heard.Next();
        }

        (await gone.Next()).Should().Be(new PresenceChange("loud", "deaf", false));
        (await hub.Post("loud", "last")).Number.Should().Be(posted + 1);
        (await heard.Next()).Text.Should().Be("last");
    }

    [Fact]
    public async Task Vitals_stream_until_they_are_cancelled()
    {
        await using var hub = await server.Connect("nurse", messagePack: true);
        using var stop = new CancellationTokenSource();
        var readings = new List<ServerVitals>();
        await foreach (var reading in hub.StreamAsync<ServerVitals>("WatchVitals", 250, stop.Token))
        {
            readings.Add(reading);
            if (readings.Count == 3) break;
        }

        await stop.CancelAsync();

        readings.Should().OnlyContain(reading => reading.Connections >= 1 && reading.MemoryBytes > 0 && reading.At.Kind == DateTimeKind.Utc);
        readings.Should().BeInAscendingOrder(reading => reading.At);
        (await hub.Join("still-alive")).Members.Should().Equal("nurse");
    }
}
