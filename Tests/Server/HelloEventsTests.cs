using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Server;

/// <summary>Whoever opened a hello may watch it, and nobody else (docs/decisions/0006).</summary>
public sealed class HelloEventsTests(ChatServer server) : IClassFixture<ChatServer>
{
    private readonly string _watch = Guid.NewGuid().ToString("n");

    [Fact]
    public async Task Whoever_brings_the_value_sees_every_layer_of_that_connection_with_its_bytes()
    {
        using var socket = await Connect(_watch);
        await Echo(socket, "hello");

        var events = await Read(_watch);

        events.Select(Name).Should().StartWith(["tcp opened", "http request", "http upgraded", "webSocket frame", "webSocket message", "webSocket frame", "webSocket message"]);
        var sent = events.First(found => Name(found) == "webSocket frame");
        sent.GetProperty("direction").GetString().Should().Be("received");
        var frame = Convert.FromHexString(sent.GetProperty("hex").GetString()!);
        frame[..2].Should().Equal(0x81, 0x85);
        frame[6..].Select((value, at) => (byte)(value ^ frame[2 + (at & 3)])).Should().Equal("hello"u8.ToArray());
        events.Last(found => Name(found) == "webSocket frame").GetProperty("hex").GetString().Should().Be("810568656c6c6f");
    }

    [Fact]
    public async Task What_comes_after_an_event_is_only_what_is_new_up_to_the_end()
    {
        using var socket = await Connect(_watch);
        await Echo(socket, "hello");
        var last = (await Read(_watch))[^1].GetProperty("sequence").GetString();
        await socket.CloseAsync((WebSocketCloseStatus)4000, "bye", CancellationToken.None);

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        List<JsonElement> events;
        do events = await Read(_watch, last, limit.Token);
        while (events.Count == 0 || Name(events[^1]) != "tcp closed");

        events.Select(Name).Should().StartWith(["webSocket close", "webSocket close"]);
        events[^1].GetProperty("detail").GetProperty("close").GetProperty("code").GetInt32().Should().Be(4000);
    }

    [Fact]
    public async Task The_value_is_masked_in_everything_that_is_recorded_and_logged()
    {
        using var socket = await Connect(_watch);
        await Echo(socket, "hello");
        await server.Logged("GET /hello?watch=***");

        using var http = server.CreateClient();
        var text = await http.GetStringAsync($"/hello/events?watch={_watch}");

        text.Should().NotContain(_watch).And.NotContain(Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(_watch)));
        server.Log.Should().NotContain(line => line.Contains(_watch));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?watch=")]
    [InlineData("?watch=0123456789abcdef0123456789abcdef")]
    [InlineData("?watch=x")]
    public async Task Without_a_value_that_opened_a_connection_there_is_nothing_to_see(string query)
    {
        using var socket = await Connect(_watch);

        using var http = server.CreateClient();
        using var answer = await http.GetAsync(new Uri("/hello/events" + query, UriKind.Relative));

        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
        answer.Headers.CacheControl!.NoStore.Should().BeTrue();
    }

    [Fact]
    public async Task A_value_shows_the_connection_that_used_it_first_and_a_bad_one_leaves_the_echo_an_echo()
    {
        using var first = await Connect(_watch);
        await Echo(first, "first");
        using var second = await Connect(_watch);
        await Echo(second, "second");
        using var bad = await Connect("not a value");
        await Echo(bad, "third");

        var events = await Read(_watch);

        events.Select(found => found.GetProperty("connection").GetString()).Distinct().Should().ContainSingle();
        JsonSerializer.Serialize(events).Should().Contain("first").And.NotContain("second");
    }

    [Fact]
    public async Task A_long_message_is_cut_and_a_bad_place_to_go_on_is_refused()
    {
        using var socket = await Connect(_watch);
        await Echo(socket, new string('x', 50_000));

        (await Read(_watch)).Should().OnlyContain(found => found.GetProperty("hex").ValueKind == JsonValueKind.Null || found.GetProperty("hex").GetString()!.Length <= 2048);
        using var http = server.CreateClient();
        using var answer = await http.GetAsync(new Uri($"/hello/events?watch={_watch}&after=nonsense", UriKind.Relative));
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task With_the_inspector_off_the_echo_still_echoes()
    {
        await using var dark = new ChatServer { Settings = [("Inspector:Enabled", "false")] };
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(dark.Address) { Scheme = "ws", Path = "/hello", Query = $"watch={_watch}" }.Uri, CancellationToken.None);
        await Echo(socket, "hello");

        using var http = dark.CreateClient();
        (await http.GetAsync(new Uri($"/hello/events?watch={_watch}", UriKind.Relative))).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    private static string Name(JsonElement found) => $"{found.GetProperty("layer").GetString()} {found.GetProperty("kind").GetString()}";

    private async Task<List<JsonElement>> Read(string watch, string? after = null, CancellationToken cancellationToken = default)
    {
        using var http = server.CreateClient();
        var text = await http.GetStringAsync($"/hello/events?watch={watch}{(after is null ? "" : $"&after={after}")}", cancellationToken);
        return [.. JsonDocument.Parse(text).RootElement.GetProperty("items").EnumerateArray()];
    }

    private async Task<ClientWebSocket> Connect(string watch)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(server.Address) { Scheme = "ws", Path = "/hello", Query = $"watch={Uri.EscapeDataString(watch)}" }.Uri, CancellationToken.None);
        return socket;
    }

    private static async Task Echo(ClientWebSocket socket, string text)
    {
        await socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);
        var buffer = new byte[64 * 1024];
        while (!(await socket.ReceiveAsync(buffer, CancellationToken.None)).EndOfMessage)
        {
        }
    }
}
