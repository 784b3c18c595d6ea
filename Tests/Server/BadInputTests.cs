using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.SignalR.Client;
using RealtimeHello.Contracts;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Server;

public sealed class BadInputTests(ChatServer server) : IClassFixture<ChatServer>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bad_texts_are_refused_and_nothing_is_stored(bool messagePack)
    {
        await using var hub = await server.Connect($"texts{messagePack}", messagePack);
        var room = $"texts-{messagePack}".ToLowerInvariant();
        await hub.Join(room);

        foreach (var text in new[] { "", "  \n\t ", "\u200B", new string('x', 2001), "bell\a", "escape\u001b[2J", "c1\u009b", "nul\0" })
            (await hub.Refusal("PostMessage", room, Guid.NewGuid(), text)).Should().Contain("bad_text: ");
        (await hub.Refusal("PostMessage", room, Guid.NewGuid(), null)).Should().Contain("bad_text: ");

        (await hub.Post(room, new string('x', 2000))).Number.Should().Be(1);
        (await hub.Post(room, "two\r\nlines")).Number.Should().Be(2);
        (await hub.Join(room)).Messages[^1].Text.Should().Be("two\nlines");
    }

    [Fact]
    public async Task Half_a_surrogate_pair_is_a_bad_text_over_json()
    {
        await using var wire = await RawHub.Connect(server, "json-half", "json");
        await wire.SendJson("""{"type":1,"invocationId":"1","target":"JoinRoom","arguments":["half",null]}""");
        await wire.SendJson("""{"type":1,"invocationId":"2","target":"PostMessage","arguments":["half","018f3b1c-6d5e-7a4b-9c8d-0123456789ab","a\ud800b"]}""");

        (await wire.Find("\"invocationId\":\"2\"")).Should().Contain("bad_text: ");
    }

    [Fact]
    public async Task Broken_utf8_is_a_bad_text_over_messagepack()
    {
        await using var wire = await RawHub.Connect(server, "pack-half", "messagepack");
        // [1, {}, "1", "JoinRoom", ["half2", nil], []] and [1, {}, "2", "PostMessage", ["half2", id, ED A0 80], []]
        await wire.SendMessagePack([0x96, 1, 0x80, .. Text("1"), .. Text("JoinRoom"), 0x92, .. Text("half2"), 0xC0, 0x90]);
        await wire.SendMessagePack([0x96, 1, 0x80, .. Text("2"), .. Text("PostMessage"), 0x93, .. Text("half2"), 0xD9, 36, .. "018f3b1c-6d5e-7a4b-9c8d-0123456789ac"u8, 0xA3, 0xED, 0xA0, 0x80, 0x90]);

        (await wire.Find("bad_text")).Should().Contain("bad_text: ");

        static byte[] Text(string text) => [(byte)(0xA0 | text.Length), .. Encoding.ASCII.GetBytes(text)];
    }

    [Fact]
    public async Task Bad_rooms_ids_and_ranges_get_their_code_and_the_connection_stays()
    {
        await using var hub = await server.Connect("ranges");
        await hub.Join("ranges");

        foreach (var room in new[] { "", "Upper", "under_score", "ä", new string('r', 33), "a b", null })
            (await hub.Refusal("JoinRoom", room, null)).Should().Contain("bad_room: ");
        foreach (var id in new[] { "", "x", null, "00000000-0000-0000-0000-000000000000", "{018f3b1c-6d5e-7a4b-9c8d-0123456789ab}" })
            (await hub.Refusal("PostMessage", "ranges", id, "text")).Should().Contain("bad_id: ");
        foreach (var limit in new[] { 0, -1, 201 })
            (await hub.Refusal("ReadHistory", "ranges", null, limit)).Should().Contain("bad_range: ");
        foreach (var limit in new[] { 0, 501 })
            (await hub.Refusal("ReadMissed", "ranges", 0L, limit)).Should().Contain("bad_range: ");
        (await hub.Refusal("JoinRoom", "ranges", -1L)).Should().Contain("bad_range: ");
        var watch = async () => { await foreach (var _ in hub.StreamAsync<ServerVitals>("WatchVitals", 100)) break; };
        (await watch.Should().ThrowAsync<Exception>()).Which.Message.Should().Contain("bad_range: ");

        (await hub.Join("ranges")).LastNumber.Should().Be(0);
    }

    [Fact]
    public async Task Calls_before_joining_are_not_in_room()
    {
        await using var hub = await server.Connect("early");

        (await hub.Refusal("PostMessage", "early", Guid.NewGuid(), "text")).Should().Contain("not_in_room: ");
        (await hub.Refusal("ReadHistory", "early", null, 10)).Should().Contain("not_in_room: ");
        (await hub.Refusal("ReadMissed", "early", 0L, 10)).Should().Contain("not_in_room: ");
        (await hub.Refusal("SetTyping", "early", true)).Should().Contain("not_in_room: ");
        await hub.InvokeAsync("LeaveRoom", "early");
    }

    [Fact]
    public async Task Arguments_of_the_wrong_type_get_SignalRs_own_error_and_the_connection_stays()
    {
        await using var hub = await server.Connect("types");
        await hub.Join("types");

        (await hub.Refusal("PostMessage", "types", 1, new[] { 2 })).Should().Be("Failed to invoke 'PostMessage' due to an error on the server.");
        (await hub.Refusal("NoSuchMethod")).Should().Contain("Method does not exist");

        (await hub.Post("types", "still here")).Number.Should().Be(1);
    }

    [Fact]
    public async Task Who_posts_too_fast_is_told_so()
    {
        await using var strict = new ChatServer { Settings = [("Chat:Posts:PerSecond", "0.001"), ("Chat:Posts:Burst", "2")] };
        await using var hub = await strict.Connect("hasty");
        await hub.Join("fast");
        await hub.Post("fast", "1");
        await hub.Post("fast", "2");

        (await hub.Refusal("PostMessage", "fast", Guid.NewGuid(), "3")).Should().Contain("too_fast: ");
    }

    [Fact]
    public async Task A_hub_message_over_32_KB_ends_the_connection_and_nothing_is_stored()
    {
        await using var hub = await server.Connect("big");
        await hub.Join("big");
        var closed = new TaskCompletionSource<Exception?>();
        hub.Closed += error =>
        {
            closed.TrySetResult(error);
            return Task.CompletedTask;
        };

        await hub.SendAsync("PostMessage", "big", Guid.NewGuid(), new string('x', 33 * 1024));

        await closed.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await using var other = await server.Connect("witness");
        (await other.Join("big")).LastNumber.Should().Be(0);
    }

    [Theory]
    [InlineData("{\"protocol\":\"morse\",\"version\":1}\u001e")]
    [InlineData("no json at all\u001e")]
    [InlineData("{\"protocol\":\"json\",\"version\":99}\u001e")]
    public async Task A_malformed_handshake_is_answered_with_an_error_and_a_close(string handshake)
    {
        await using var wire = await RawHub.Connect(server, $"shake-{Guid.NewGuid():N}"[..20], null);
        await wire.Send(Encoding.UTF8.GetBytes(handshake), WebSocketMessageType.Text);

        (await wire.ReadToClose()).Should().Contain("\"error\":");
    }
}
