using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RealtimeHello.Contracts;
using RealtimeHello.Inspector;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Recording;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Inspector;

public sealed class InspectorEndpointTests : IDisposable
{
    private const string Operator = "an-operator-token-of-the-test-0123456789";

    private readonly ChatServer server = new() { Settings = [("Inspector:OperatorToken", Operator)] };

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task A_user_sees_its_own_connections_the_operator_all_and_nobody_else_any()
    {
        var ada = await server.SignIn("ada");
        var bob = await server.SignIn("bob");
        await using var adas = await Connected(ada);
        await using var bobs = await Connected(bob);

        (await Users(ada.AccessToken)).Should().Equal("ada");
        (await Users(bob.AccessToken)).Should().Equal("bob");
        (await Users(Operator)).Should().BeEquivalentTo("ada", "bob");
        using var http = server.Http();
        (await http.GetAsync(new Uri("/inspect/connections", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        var ofBob = (await Get("/inspect/connections", bob.AccessToken)).GetProperty("items")[0].GetProperty("id").GetString();
        (await Ask($"/inspect/connections/{ofBob}", ada.AccessToken)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await Ask($"/inspect/connections/{ofBob}/events", ada.AccessToken)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await Ask($"/inspect/connections/{ofBob}/events", Operator)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Events_can_be_paged_and_filtered_and_hold_no_token()
    {
        var ada = await server.SignIn("ada");
        await using var hub = await Connected(ada);
        await hub.InvokeAsync<PostReceipt>(nameof(IChatHub.PostMessage), "lobby", Guid.CreateVersion7().ToString(), "hello", TestContext.Current.CancellationToken);
        var id = (await Get("/inspect/connections", ada.AccessToken)).GetProperty("items")[0].GetProperty("id").GetString();

        var all = await Get($"/inspect/connections/{id}/events?limit=1000", ada.AccessToken);
        all.GetRawText().Should().NotContain(ada.AccessToken);
        var sequences = all.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("sequence").GetString()!).ToList();
        sequences.Should().BeInAscendingOrder(StringComparer.Ordinal).And.OnlyHaveUniqueItems();

        var paged = new List<string>();
        string? after = null;
        do
        {
            var page = await Get($"/inspect/connections/{id}/events?limit=3{(after is null ? "" : $"&after={after}")}", ada.AccessToken);
            paged.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("sequence").GetString()!));
            after = page.GetProperty("next").GetString();
        }
        while (after is not null && paged.Count < sequences.Count);

        paged.Take(sequences.Count).Should().Equal(sequences);
        var http = await Get($"/inspect/connections/{id}/events?layers=http", ada.AccessToken);
        http.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("kind").GetString()).Should().Equal("request", "upgraded");
        (await Ask($"/inspect/connections/{id}/events?layers=smell", ada.AccessToken)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await Ask($"/inspect/connections/{id}/events?after=soon", ada.AccessToken)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_feed_tells_events_as_they_come_resumes_and_is_no_connection_of_its_own()
    {
        var ada = await server.SignIn("ada");
        await using var hub = await Connected(ada);
        using var http = server.Http();
        http.DefaultRequestHeaders.Authorization = new("Bearer", ada.AccessToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));

        List<SseItem<string>> live;
        string? beginning;
        await using (var stream = await http.GetStreamAsync(new Uri("/inspect/events?layers=application", UriKind.Relative), limit.Token))
        {
            await using var items = SseParser.Create(stream).EnumerateAsync(limit.Token).GetAsyncEnumerator(limit.Token);
            (await items.MoveNextAsync()).Should().BeTrue();
            items.Current.EventType.Should().Be("ready");
            beginning = items.Current.EventId;
            live = [];
            for (var i = 1; i <= 2; i++)
            {
                await hub.InvokeAsync<PostReceipt>(nameof(IChatHub.PostMessage), "lobby", Guid.CreateVersion7().ToString(), $"hello {i}", limit.Token);
                (await items.MoveNextAsync()).Should().BeTrue();
                live.Add(items.Current);
            }
        }

        live.Select(item => JsonDocument.Parse(item.Data).RootElement.GetProperty("kind").GetString()).Should().Contain("posted").And.OnlyContain(kind => kind == "posted" || kind == "delivered");
        live.Select(item => item.EventId).Should().OnlyHaveUniqueItems().And.NotContainNulls();

        (await Resumed(live[0].EventId)).EventId.Should().Be(live[1].EventId);
        (await Resumed(beginning)).EventId.Should().Be(live[0].EventId, "a feed that is cut before its first event misses none");
        (await Users(Operator)).Should().Equal("ada");

        async Task<SseItem<string>> Resumed(string? behind)
        {
            using var again = new HttpRequestMessage(HttpMethod.Get, "/inspect/events?layers=application");
            again.Headers.Add("Last-Event-ID", behind);
            using var answer = await http.SendAsync(again, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            await using var resumed = SseParser.Create(await answer.Content.ReadAsStreamAsync(limit.Token)).EnumerateAsync(limit.Token).GetAsyncEnumerator(limit.Token);
            await resumed.MoveNextAsync();
            (await resumed.MoveNextAsync()).Should().BeTrue();
            return resumed.Current;
        }
    }

    [Fact]
    public async Task A_message_is_told_durable_before_it_is_told_delivered_each_once()
    {
        var ada = await server.SignIn("ada");
        await using var hub = await Connected(ada);
        for (var i = 0; i < 30; i++) await hub.InvokeAsync<PostReceipt>(nameof(IChatHub.PostMessage), "lobby", Guid.CreateVersion7().ToString(), $"hello {i}", TestContext.Current.CancellationToken);
        var id = (await Get("/inspect/connections", ada.AccessToken)).GetProperty("items")[0].GetProperty("id").GetString();

        List<(string Kind, long Number)> told;
        do
        {
            told = [.. (await Get($"/inspect/connections/{id}/events?layers=application&limit=1000", ada.AccessToken)).GetProperty("items").EnumerateArray()
                .Where(item => item.GetProperty("kind").GetString() is "posted" or "delivered")
                .Select(item => (item.GetProperty("kind").GetString()!, item.GetProperty("detail").GetProperty("fields").GetProperty("number").GetInt64()))];
        }
        while (told.Count(one => one.Kind == "delivered") < 30);

        told.Should().OnlyHaveUniqueItems().And.HaveCount(60);
        for (var number = told[0].Number; number < told[0].Number + 30; number++) told.IndexOf(("posted", number)).Should().BeInRange(0, told.IndexOf(("delivered", number)) - 1);
    }

    [Fact]
    public async Task A_feed_without_events_gives_a_sign_of_life()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var quiet = new ChatServer { Clock = clock, Settings = [("Inspector:OperatorToken", Operator)] };
        using var http = quiet.Http();
        http.DefaultRequestHeaders.Authorization = new("Bearer", Operator);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        using var reader = new StreamReader(await http.GetStreamAsync(new Uri("/inspect/events", UriKind.Relative), limit.Token));
        (await reader.ReadLineAsync(limit.Token)).Should().Be("event: ready");

        string? line;
        do
        {
            var reading = reader.ReadLineAsync(limit.Token).AsTask();
            // The server may not have begun to wait: the clock is turned until it has.
            while (await Task.WhenAny(reading, Task.Delay(20, limit.Token)) != reading) clock.Advance(TimeSpan.FromSeconds(15));
            line = await reading;
            line.Should().NotBeNull();
        }
        while (line != ": alive");
    }

    [Fact]
    public async Task The_bytes_of_an_event_are_there_masked_and_what_was_never_stored_is_gone()
    {
        var ada = await server.SignIn("ada");
        await using var hub = await Connected(ada);
        var id = (await Get("/inspect/connections", ada.AccessToken)).GetProperty("items")[0].GetProperty("id").GetString();
        var request = (await Get($"/inspect/connections/{id}/events?layers=http", ada.AccessToken)).GetProperty("items")[0].GetProperty("bytes");

        using var answer = await Ask($"/inspect/connections/{id}/bytes?tap=plain&direction=received&start=0&end={request.GetProperty("end").GetInt64()}", ada.AccessToken);
        var head = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        head.Should().StartWith("GET /chat HTTP/1.1\r\n").And.EndWith("\r\n\r\n").And.Contain("Authorization: ****").And.NotContain(ada.AccessToken);

        (await Ask($"/inspect/connections/{id}/bytes?direction=received&start=0&end=900000", ada.AccessToken)).StatusCode.Should().Be(HttpStatusCode.Gone);
        (await Ask($"/inspect/connections/{id}/bytes?direction=received&start=9&end=0", ada.AccessToken)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Each_layer_says_where_it_stands_while_open_and_when_closed()
    {
        var ada = await server.SignIn("ada");
        var hub = await Connected(ada);
        var id = (await Get("/inspect/connections", ada.AccessToken)).GetProperty("items")[0].GetProperty("id").GetString();

        var open = await Get($"/inspect/connections/{id}", ada.AccessToken);
        States(open).Should().Equal("tcp open", "tls absent", "http open", "webSocket open", "signalR open", "hub open", "application open");
        var detail = open.GetProperty("layers")[5].GetProperty("detail");
        detail.GetProperty("user").GetString().Should().Be("ada");
        detail.GetProperty("groups")[0].GetString().Should().Be("lobby");
        var counters = open.GetProperty("counters");
        counters.GetProperty("hubMessagesReceived").GetInt64().Should().BeGreaterThanOrEqualTo(1, "JoinRoom was called");
        counters.GetProperty("hubMessagesSent").GetInt64().Should().BeGreaterThanOrEqualTo(1, "JoinRoom was answered");

        await hub.DisposeAsync();
        await server.Logged("client_closed");
        var closed = await Get($"/inspect/connections/{id}", ada.AccessToken);
        States(closed).Should().Equal("tcp closed", "tls absent", "http closed", "webSocket closed", "signalR closed", "hub closed", "application closed");
        var told = (await Get($"/inspect/connections/{id}/events?layers=signalR&limit=1000", ada.AccessToken)).GetProperty("items").EnumerateArray()
            .Where(item => !item.GetProperty("kind").GetString()!.StartsWith("handshake", StringComparison.Ordinal)).ToLookup(item => item.GetProperty("direction").GetString());
        closed.GetProperty("counters").GetProperty("hubMessagesReceived").GetInt64().Should().Be(told["received"].Count());
        closed.GetProperty("counters").GetProperty("hubMessagesSent").GetInt64().Should().Be(told["sent"].Count());
        // Behind the client's Close message either side may be the first to send its Close frame, and the other's may come too late.
        var goodbyes = closed.GetProperty("layers")[3].GetProperty("detail");
        new[] { goodbyes.GetProperty("closeCodeReceived"), goodbyes.GetProperty("closeCodeSent") }
            .Where(code => code.ValueKind == JsonValueKind.Number).Select(code => code.GetInt32()).Should().NotBeEmpty().And.OnlyContain(code => code == 1000);
    }

    [Fact]
    public async Task A_refused_upgrade_stays_one_while_its_connection_serves_other_requests_on()
    {
        using var client = new RawClient(server.Address, "/inspect/echo/attempt");
        await client.Ask();
        (await client.ReceiveTo("\r\n\r\n")).Should().StartWith("HTTP/1.1 401");
        await client.Send(Encoding.ASCII.GetBytes($"GET /healthz HTTP/1.1\r\nHost: {server.Address.Authority}\r\n\r\n"));
        (await client.ReceiveTo("HTTP/1.1 200 OK\r\n")).Should().EndWith("200 OK\r\n", "the connection serves on");

        var record = (await Get("/inspect/connections", Operator)).GetProperty("items").EnumerateArray().Single();
        record.GetProperty("path").GetString().Should().Be("/inspect/echo/attempt");
        record.GetProperty("state").GetString().Should().Be("open");
        record.GetProperty("layers")[2].GetProperty("state").GetString().Should().Be("failed");
        record.GetProperty("layers")[2].GetProperty("summary").GetString().Should().Be("401, no WebSocket");
        record.GetProperty("layers")[2].GetProperty("detail").GetProperty("status").GetInt32().Should().Be(401);
    }

    [Fact]
    public async Task A_value_is_followed_from_who_sent_it_to_whom_it_was_delivered_as_far_as_one_may_see()
    {
        var ada = await server.SignIn("ada");
        var bob = await server.SignIn("bob");
        await using var adas = await Connected(ada);
        await using var bobs = await Connected(bob);
        var heard = new Inbox<ChatMessage>(bobs, nameof(IChatClient.MessagePosted));
        var id = Guid.CreateVersion7();
        await adas.InvokeAsync<PostReceipt>(nameof(IChatHub.PostMessage), "lobby", id.ToString(), "hello", TestContext.Current.CancellationToken);
        await heard.Next();

        var all = await Get($"/inspect/find?text={id}", Operator);
        Told(all, "ada").Should().Contain(["invocation received", "posted local", "delivered local", "completion sent", "invocation sent"]);
        Told(all, "bob").Should().Equal("invocation sent");
        all.GetProperty("incomplete").GetBoolean().Should().BeFalse();

        Told(await Get($"/inspect/find?text={id}", bob.AccessToken), "ada").Should().BeEmpty("bob may not see ada's connection");
        (await Ask($"/inspect/find?text={id}&from={DateTime.UtcNow.AddHours(1):O}", Operator)).StatusCode.Should().Be(HttpStatusCode.OK);
        Told(await Get($"/inspect/find?text={id}&from={DateTime.UtcNow.AddHours(1):O}", Operator), "ada").Should().BeEmpty();
        (await Ask("/inspect/find?text=x", Operator)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await Ask("/inspect/find", Operator)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await Ask($"/inspect/find?text={id}&limit=0", Operator)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_sign_in_link_makes_an_operator_and_a_wrong_code_does_not()
    {
        await server.SignIn("ada");
        using var http = server.Http();
        using var wrong = await http.GetAsync(new Uri("/inspect/sign-in?code=0123", UriKind.Relative), TestContext.Current.CancellationToken);
        wrong.StatusCode.Should().Be(HttpStatusCode.Forbidden);

        using var right = await http.GetAsync(new Uri($"/inspect/{server.Services.GetInspectorSignInQuery()}", UriKind.Relative), TestContext.Current.CancellationToken);
        right.StatusCode.Should().Be(HttpStatusCode.Redirect);
        var cookie = right.Headers.GetValues("Set-Cookie").Single();
        cookie.Should().Contain("httponly").And.Contain("samesite=strict");

        using var request = new HttpRequestMessage(HttpMethod.Get, "/inspect/connections");
        request.Headers.Add("Cookie", cookie.Split(';')[0]);
        using var seen = await http.SendAsync(request, TestContext.Current.CancellationToken);
        seen.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/connections?limit=abc")]
    [InlineData("/connections?state=bogus")]
    [InlineData("/connections?limit=")]
    [InlineData("/connections?limit=-1")]
    [InlineData("/connections?limit=99999999999999")]
    [InlineData("/find?text=hello&from=garbage")]
    [InlineData("/find?text=hello&limit=1001")]
    [InlineData("/connections/{id}/events?limit=0x1")]
    [InlineData("/connections/{id}/events?after=garbage")]
    [InlineData("/connections/{id}/events?layers=nonsense")]
    [InlineData("/connections/{id}/bytes?direction=sent,received&start=0&end=1")]
    [InlineData("/connections/{id}/bytes?direction=1&start=0&end=1")]
    [InlineData("/connections/{id}/bytes?tap=7&direction=sent&start=0&end=1")]
    [InlineData("/connections/{id}/bytes?direction=sent&start=a&end=1")]
    [InlineData("/connections/{id}/bytes?direction=sent&start=0&end=99999999999999999999")]
    [InlineData("/events?layers=7")]
    public async Task A_bad_parameter_is_answered_with_what_is_wrong_with_it(string path)
    {
        var ada = await server.SignIn("ada");
        await using var hub = await Connected(ada);
        var id = (await Get("/inspect/connections", Operator)).GetProperty("items")[0].GetProperty("id").GetString();

        using var answer = await Ask("/inspect" + path.Replace("{id}", id, StringComparison.Ordinal), Operator);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("detail").GetString().Should().NotBeNullOrEmpty();
    }

    [Fact]
    public async Task One_user_reads_so_many_feeds_and_a_closed_one_makes_room()
    {
        var most = server.Services.GetRequiredService<InspectorOptions>().MostFeedsOfOne;
        var ada = await server.SignIn("ada");
        var bob = await server.SignIn("bob");
        var feeds = new List<HttpResponseMessage>();
        for (var i = 0; i < most; i++) feeds.Add(await Open(ada));
        feeds.Should().OnlyContain(feed => feed.StatusCode == HttpStatusCode.OK);

        using (var refused = await Open(ada))
        {
            refused.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
            refused.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        }

        using (var others = await Open(bob)) others.StatusCode.Should().Be(HttpStatusCode.OK);
        feeds[0].Dispose();
        // The server notices when it is told that the connection is gone.
        HttpResponseMessage again;
        while ((again = await Open(ada)).StatusCode != HttpStatusCode.OK) again.Dispose();
        again.Dispose();
        feeds.ForEach(feed => feed.Dispose());

        async Task<HttpResponseMessage> Open(Session session)
        {
            var http = server.Http();
            http.DefaultRequestHeaders.Authorization = new("Bearer", session.AccessToken);
            return await http.GetAsync(new Uri("/inspect/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Pages_of_a_list_go_on_behind_a_connection_that_closed_and_say_so_behind_one_that_was_forgotten()
    {
        var journal = server.Services.GetRequiredService<Journal>();
        var open = Enumerable.Range(0, 5).Select(i => new RecordedConversation(journal, $"L{i}").Upgrade()).ToList();
        var page = await Get("/inspect/connections?state=open&limit=2", Operator);
        var last = page.GetProperty("next").GetString()!;
        open.Single(each => each.Recorder.Record.Id == last).Recorder.Close();
        (await Get($"/inspect/connections?state=open&limit=2&after={last}", Operator)).GetProperty("items").GetArrayLength().Should().Be(2);
        journal.Forget(journal.Find(last)!);
        (await Ask($"/inspect/connections?state=open&limit=2&after={last}", Operator)).StatusCode.Should().Be(HttpStatusCode.Gone);
        foreach (var each in open) each.Recorder.Close();
    }

    [Fact]
    public async Task A_list_is_of_those_that_its_filters_choose()
    {
        var journal = server.Services.GetRequiredService<Journal>();
        var adas = new RecordedConversation(journal, "A1").Upgrade();
        adas.Recorder.BelongsTo("1", "ada");
        var nobodys = new RecordedConversation(journal, "N1").Upgrade();
        nobodys.Recorder.Close();
        var cause = journal.Find("N1")!.Close!.Cause;

        (await Ids("")).Should().BeEquivalentTo("A1", "N1");
        (await Ids("state=open")).Should().Equal("A1");
        (await Ids("user=ada")).Should().Equal("A1");
        (await Ids("user=")).Should().Equal("N1");
        (await Ids($"cause={cause}")).Should().Equal("N1");
        (await Ids("text=ADA")).Should().Equal("A1");
        (await Ids($"text={cause}")).Should().Equal("N1");
        (await Ids("text=upgraded")).Should().BeEquivalentTo("A1", "N1");
        (await Ids("path=/chat&user=ada&state=closed")).Should().BeEmpty();
        adas.Recorder.Close();

        async Task<IEnumerable<string?>> Ids(string query) =>
            (await Get($"/inspect/connections?{query}", Operator)).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_feed_tells_all_connections_in_the_order_in_which_they_were_recorded()
    {
        var sessions = new List<HubConnection>();
        foreach (var name in (string[])["ada", "bob", "cyd", "dan"]) sessions.Add(await Connected(await server.SignIn(name)));
        using var http = server.Http();
        http.DefaultRequestHeaders.Authorization = new("Bearer", Operator);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        using var stream = await http.GetStreamAsync(new Uri("/inspect/events", UriKind.Relative), limit.Token);
        for (var i = 0; i < 40; i++)
            await sessions[i % sessions.Count].InvokeAsync<PostReceipt>(nameof(IChatHub.PostMessage), "lobby", Guid.CreateVersion7().ToString(), $"message {i}", limit.Token);

        var told = new List<string>();
        var deliveries = 0;
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(limit.Token))
        {
            if (item.EventId is { Length: > 0 } id && item.EventType == "message") told.Add(id);
            if (item.Data.Contains("\"target\":\"MessagePosted\"", StringComparison.Ordinal) && item.Data.Contains("message 39", StringComparison.Ordinal)) deliveries++;
            if (deliveries == sessions.Count) break;
        }

        told.Should().HaveCountGreaterThan(400).And.BeInAscendingOrder(StringComparer.Ordinal);
        foreach (var session in sessions) await session.DisposeAsync();
    }

    [Fact]
    public async Task A_feed_tells_nothing_of_other_feeds()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        using var first = server.Http();
        first.DefaultRequestHeaders.Authorization = new("Bearer", Operator);
        await using var feed = SseParser.Create(await first.GetStreamAsync(new Uri("/inspect/events?layers=http,tcp", UriKind.Relative), limit.Token)).EnumerateAsync(limit.Token).GetAsyncEnumerator(limit.Token);
        (await feed.MoveNextAsync()).Should().BeTrue();

        using var second = server.Http();
        second.DefaultRequestHeaders.Authorization = new("Bearer", Operator);
        using (var other = await second.GetStreamAsync(new Uri("/inspect/events?of=another", UriKind.Relative), limit.Token)) other.ReadByte().Should().BePositive();
        using var third = server.Http();
        await third.GetAsync(new Uri("/healthz?behind=it", UriKind.Relative), limit.Token);

        var told = new List<string>();
        while (!told.Any(data => data.Contains("behind=it", StringComparison.Ordinal)) && await feed.MoveNextAsync()) told.Add(feed.Current.Data);
        told.Should().NotContain(data => data.Contains("of=another", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("pcapng", "application/x-pcapng")]
    [InlineData("har", "application/json")]
    [InlineData("ndjson", "application/x-ndjson")]
    public async Task A_connection_is_exported_to_whoever_may_see_it(string format, string mediaType)
    {
        var ada = await server.SignIn("ada");
        var bob = await server.SignIn("bob");
        await using var adas = await Connected(ada);
        await using var bobs = await Connected(bob);
        var id = (await Get("/inspect/connections", ada.AccessToken)).GetProperty("items")[0].GetProperty("id").GetString();
        var other = (await Get("/inspect/connections", bob.AccessToken)).GetProperty("items")[0].GetProperty("id").GetString();

        using var answer = await Ask($"/inspect/connections/{id}/export?format={format}", ada.AccessToken);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.Should().Be(mediaType);
        answer.Content.Headers.ContentDisposition!.FileName.Should().Be($"{id}.{format}");
        var file = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        file.Should().Contain(format == "pcapng" ? "GET /chat" : "JoinRoom").And.NotContain(ada.AccessToken);

        (await Ask($"/inspect/connections/{other}/export?format={format}", ada.AccessToken)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await Ask($"/inspect/export?connections={id},{other}&format={format}", ada.AccessToken)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await Ask($"/inspect/export?connections={id},{other}&format={format}", Operator)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await Ask($"/inspect/export?format={format}", Operator)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await Ask($"/inspect/connections/{id}/export?format=exe", ada.AccessToken)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await Ask($"/inspect/connections/{id}/export", ada.AccessToken)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Switched_off_nothing_is_recorded_or_served_and_the_chat_goes_on()
    {
        await using var silent = new ChatServer { Settings = [("Inspector:Enabled", "false")] };
        await using var hub = await silent.Connect("ada");
        (await hub.InvokeAsync<RoomState>(nameof(IChatHub.JoinRoom), "lobby", null, TestContext.Current.CancellationToken)).Members.Should().Equal("ada");

        using var http = silent.Http();
        (await http.GetAsync(new Uri("/inspect/connections", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        silent.Log.Should().NotContain(line => line.Contains("RealtimeHello.Layers"));
    }

    private static IEnumerable<string> States(JsonElement connection) =>
        connection.GetProperty("layers").EnumerateArray().Select(layer => $"{layer.GetProperty("layer").GetString()} {layer.GetProperty("state").GetString()}");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Properties_of_configured_names_are_masked_in_every_message_that_holds_them(bool messagePack)
    {
        using var masking = new ChatServer { Settings = [("Inspector:OperatorToken", Operator), ("Inspector:MaskedProperties:0", "Text")] };
        var ada = await masking.SignIn("ada");
        await using var hub = masking.Hub(ada, messagePack);
        var received = new TaskCompletionSource<ChatMessage>();
        hub.On<ChatMessage>(nameof(IChatClient.MessagePosted), received.SetResult);
        await hub.StartAsync(TestContext.Current.CancellationToken);
        await hub.InvokeAsync<RoomState>(nameof(IChatHub.JoinRoom), "lobby", null, TestContext.Current.CancellationToken);
        await hub.InvokeAsync<PostReceipt>(nameof(IChatHub.PostMessage), "lobby", Guid.CreateVersion7(), "hunter2", TestContext.Current.CancellationToken);
        (await received.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).Text.Should().Be("hunter2", "only what is stored is masked");
        await hub.StopAsync(TestContext.Current.CancellationToken);

        var events = new List<LayerEvent>();
        var record = masking.Services.GetRequiredService<Journal>().Connections.Single(connection => connection.CarriesHub);
        new ConnectionReader(record, DecodingDepth.Full).Read(events);

        // An argument has no name, and stays; the message that the room gets has one.
        var invocations = events.Select(happened => happened.Detail).OfType<InvocationMessage>().ToArray();
        invocations.Single(invocation => invocation.Target == "PostMessage").Arguments.Should().Contain(argument => argument.Contains("hunter2"));
        invocations.Single(invocation => invocation.Target == "MessagePosted").Arguments.Should().ContainSingle().Which.Should().Contain("*******").And.NotContain("hunter2");
        events.Should().NotContain(happened => happened.Detail is DecodeFault);
    }

    [Theory]
    [InlineData("/inspect", "text/html")]
    [InlineData("/inspect/sign-in", "text/html")]
    [InlineData("/inspect/sign-in", "application/json")]
    [InlineData("/inspect/assets/inspector/main.js")]
    [InlineData("/inspect/assets/none.js")]
    [InlineData("/inspect/connections")]
    [InlineData("/inspect/connections?limit=none")]
    [InlineData("/inspect/connections/none")]
    [InlineData("/inspect/find?text=abc")]
    [InlineData("/inspect/probe/stream")]
    [InlineData("/inspect/events")]
    [InlineData("/session")]
    [InlineData("/hello/events")]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    public async Task HEAD_is_answered_as_GET_without_the_content(string path, string accept = "*/*")
    {
        using var http = server.Http();
        http.DefaultRequestHeaders.Authorization = path == "/session" ? null : new("Bearer", Operator);
        http.DefaultRequestHeaders.Accept.ParseAdd(accept);
        using var head = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri(path, UriKind.Relative)), TestContext.Current.CancellationToken);
        using var get = await http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        head.StatusCode.Should().Be(get.StatusCode);
        Fields(head).Should().Equal(Fields(get));
        (await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Should().BeEmpty();
    }

    private static IEnumerable<string> Fields(HttpResponseMessage answer) => answer.Headers.Concat(answer.Content.Headers)
        .Where(field => field.Key is not ("Date" or "Transfer-Encoding" or "Content-Length"))
        .Select(field => $"{field.Key}: {string.Join(", ", field.Value)}").Order(StringComparer.Ordinal);

    [Fact]
    public async Task HEAD_of_an_export_tells_the_file_and_of_the_feed_takes_no_place()
    {
        var ada = await server.SignIn("ada");
        await using var hub = await Connected(ada);
        var id = (await Get("/inspect/connections", Operator)).GetProperty("items")[0].GetProperty("id").GetString();
        using var http = server.Http();
        http.DefaultRequestHeaders.Authorization = new("Bearer", Operator);
        using var file = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri($"/inspect/connections/{id}/export?format=har", UriKind.Relative)), TestContext.Current.CancellationToken);
        file.Content.Headers.ContentDisposition!.FileName.Should().Be($"{id}.har");

        for (var i = 0; i < 100; i++)
        {
            using var feed = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri("/inspect/events", UriKind.Relative)), TestContext.Current.CancellationToken);
            feed.StatusCode.Should().Be(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task What_answers_neither_names_both_as_allowed()
    {
        await using var application = await StrangersApplication.Start();
        using var http = new HttpClient { BaseAddress = application.Plain };
        using var answer = await http.PutAsync(new Uri("/inspect/sign-in", UriKind.Relative), null, TestContext.Current.CancellationToken);
        answer.StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
        answer.Content.Headers.Allow.Should().BeEquivalentTo("GET", "HEAD", "POST");
    }

    private static IEnumerable<string> Told(JsonElement found, string user) => found.GetProperty("items").EnumerateArray()
        .Where(item => item.GetProperty("user").GetString() == user)
        .Select(item => $"{item.GetProperty("kind").GetString()} {item.GetProperty("direction").GetString()}");

    private async Task<HubConnection> Connected(Session session)
    {
        var hub = server.Hub(session);
        await hub.StartAsync();
        await hub.InvokeAsync<RoomState>(nameof(IChatHub.JoinRoom), "lobby", null);
        return hub;
    }

    private async Task<List<string?>> Users(string token) =>
        [.. (await Get("/inspect/connections", token)).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("user").GetString())];

    private async Task<JsonElement> Get(string path, string token)
    {
        using var answer = await Ask(path, token);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<HttpResponseMessage> Ask(string path, string token)
    {
        using var http = server.Http();
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return await http.GetAsync(new Uri(path, UriKind.Relative));
    }
}
