using System.Net;
using System.Net.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RealtimeHello.Inspector;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Application;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Layers.Hubs;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Inspector;

/// <summary>Hubs that go from one connection to the other, over connections that others use, too: nothing of them stands where it does not belong, whoever says what.</summary>
public sealed class HubPlaceTests
{
    private static readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/deflated")]
    [InlineData("/echo")]
    public async Task A_hub_whose_poll_ends_does_not_come_over_to_what_a_shared_connection_has_become(string bobs)
    {
        await using var application = await Start();
        using var shared = new SharedConnection(application.Plain);
        var polls = new SharedConnection(application.Plain);
        var eves = await Poll(application, "eve", polls, shared);
        await shared.Post($"/telling?id={eves.Token}", "eve", "{\"type\":6}\u001e");
        await shared.Upgrade(bobs, "bob");
        var record = shared.In(application.Journal);
        if (bobs == "/echo")
        {
            await shared.Say(SharedConnection.Handshake);
            await application.Journal.First(one => one == record && Told(one).Contains("connected"));
        }

        polls.Dispose();
        await application.Journal.FirstClosed(one => Told(one).Contains("connected") && one != record);
        await Hub(application).Clients.Client(eves.Id).SendAsync("Told", "anything", cancellation);

        Told(record).Should().NotContain("continued").And.NotContain("sent").And.NotContain("groupJoined");
        record.UserId.Should().Be(bobs == "/echo" ? "id-of-bob" : null);
        record.UserName.Should().NotBe("eve");
        (await StatusFor(application, "eve", record)).Should().Be(HttpStatusCode.NotFound);
        if (bobs == "/echo") (await StatusFor(application, "bob", record)).Should().Be(HttpStatusCode.OK);
        shared.Dispose();
        await application.Journal.FirstClosed(one => one == record);
        var name = record.UserName;
        await Hub(application).Clients.Client(eves.Id).SendAsync("Told", "anything", cancellation);
        record.UserName.Should().Be(name, "what is closed is nobody else's any more");
    }

    [Fact]
    public async Task A_hub_that_polled_last_on_what_became_somebody_elses_hub_tells_nothing_there()
    {
        await using var application = await Start();
        using var shared = new SharedConnection(application.Plain);
        using var posts = new SharedConnection(application.Plain);
        var eves = await Poll(application, "eve", shared, posts);
        await shared.Upgrade("/echo", "bob");
        await shared.Say(SharedConnection.Handshake);
        var record = shared.In(application.Journal);
        await application.Journal.First(one => one == record && one.UserId == "id-of-bob");

        await Hub(application).Clients.Client(eves.Id).SendAsync("Private", "anything", cancellation);
        await Hub(application).Groups.AddToGroupAsync(eves.Id, "private", cancellation);

        Told(record).Should().Equal("connected");
        record.ReadLayers().Single(layer => layer.Layer == Layer.Hub).Summary.Should().Be("EchoHub: bob, over json");
    }

    [Fact]
    public async Task Whoever_only_knows_the_id_of_a_hub_moves_nothing()
    {
        await using var application = await Start();
        using var polls = new SharedConnection(application.Plain);
        using var posts = new SharedConnection(application.Plain);
        using var mallorys = new SharedConnection(application.Plain);
        using var bobs = new SharedConnection(application.Plain);
        using var raw = new SharedConnection(application.Plain);
        // Of the first version of the negotiation the id is all there is.
        var polled = await Poll(application, "bob", polls, posts, version: 0);
        polled.Token.Should().Be(polled.Id);
        await mallorys.Get($"/forbidden?id={polled.Id}", "mallory");
        await posts.Post($"/telling?id={polled.Id}", "bob", "{\"type\":1,\"invocationId\":\"1\",\"target\":\"Tell\",\"arguments\":[\"said\"]}\u001e");
        await application.Journal.First(one => Told(one).Contains("completed"));
        Told(mallorys.In(application.Journal)).Should().BeEmpty();
        Told(polls.In(application.Journal)).Should().Contain("completed");

        var (token, id) = await posts.Negotiate("/echo", "bob", version: 0);
        await bobs.Upgrade($"/echo?id={token}", "bob");
        await bobs.Say(SharedConnection.Handshake);
        await application.Journal.First(one => one.UserId == "id-of-bob");
        await raw.Upgrade($"/deflated?id={id}", "mallory");
        await raw.Say("bob says bad things");
        Told(raw.In(application.Journal)).Should().BeEmpty();
        raw.In(application.Journal).UserId.Should().BeNull();
    }

    [Fact]
    public async Task A_hub_is_told_though_each_of_its_requests_has_a_connection_of_its_own()
    {
        await using var application = await Start();
        var (token, _) = await Alone(connection => connection.Negotiate("/telling", "bob"));
        await Alone(connection => connection.Get($"/telling?id={token}", "bob", "Connection: close\r\n"));
        await application.Journal.FirstClosed(_ => application.Journal.Connections.Count(one => one.ClosedAt is not null) == 2);
        await Alone(connection => connection.Post($"/telling?id={token}", "bob", SharedConnection.Handshake, "Connection: close\r\n"));
        await Alone(connection => connection.Get($"/telling?id={token}", "bob", "Connection: close\r\n"));
        using var polls = new SharedConnection(application.Plain);
        var poll = polls.Get($"/telling?id={token}", "bob");
        var record = await application.Journal.First(one => polls.Is(one) && Told(one).Count > 0);
        await Alone(connection => connection.Post($"/telling?id={token}", "bob", "{\"type\":1,\"invocationId\":\"1\",\"target\":\"Tell\",\"arguments\":[\"said\"]}\u001e"));
        (await poll).Body.Should().Contain("Told");

        await application.Journal.First(one => one == record && Told(one).Contains("completed"));
        record.ConcernsRealTime.Should().BeTrue();

        async Task<T> Alone<T>(Func<SharedConnection, Task<T>> ask)
        {
            using var connection = new SharedConnection(application.Plain);
            return await ask(connection);
        }
    }

    [Fact]
    public async Task Over_http_2_nobody_sees_what_is_told_of_others_requests()
    {
        await using var application = await Start();
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = StrangersApplication.IsItsCertificate } });
        var negotiated = System.Text.Json.Nodes.JsonNode.Parse(await Ask(HttpMethod.Post, "/telling/negotiate?negotiateVersion=1", "eve"))!;
        var hub = $"/telling?id={(string?)negotiated["connectionToken"]}";
        await Ask(HttpMethod.Get, hub, "eve");
        await Ask(HttpMethod.Post, hub, "eve", SharedConnection.Handshake);
        await Ask(HttpMethod.Get, hub, "eve");
        var record = await application.Journal.First(one => Told(one).Contains("groupJoined"));
        record.UserId.Should().BeNull("others may ask over it, too");
        await Ask(HttpMethod.Get, "/ordering", "bob");

        Told(record).Should().Contain("ordered");
        (await StatusFor(application, "eve", record)).Should().Be(HttpStatusCode.NotFound);
        (await StatusFor(application, "bob", record)).Should().Be(HttpStatusCode.NotFound);

        async Task<string> Ask(HttpMethod method, string target, string user, string body = "")
        {
            using var request = new HttpRequestMessage(method, new Uri(application.Secure, target)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Headers.TryAddWithoutValidation("Authorization", StrangersUsers.Authorization(user));
            if (method == HttpMethod.Post) request.Content = new StringContent(body);
            using var answer = await invoker.SendAsync(request, cancellation);
            return await answer.Content.ReadAsStringAsync(cancellation);
        }
    }

    [Fact]
    public async Task A_hub_that_failed_on_the_same_connection_before_is_no_cause_of_a_web_sockets_end()
    {
        await using var application = await Start();
        using var shared = new SharedConnection(application.Plain);
        using var posts = new SharedConnection(application.Plain);
        var (token, _) = await posts.Negotiate("/hasty", null);
        await shared.Get($"/hasty?fail=1&id={token}", null);
        await posts.Post($"/hasty?fail=1&id={token}", null, SharedConnection.Handshake);
        await shared.Get($"/hasty?fail=1&id={token}", null);
        var record = shared.In(application.Journal);
        await application.Journal.First(one => one == record && Told(one).Contains("failed"));
        await shared.Upgrade("/echo", "bob");
        await shared.Say(SharedConnection.Handshake);
        await application.Journal.First(one => one == record && one.UserId == "id-of-bob");
        await shared.SayGoodbye();
        shared.Dispose();

        await application.Journal.FirstClosed(one => one == record);
        (record.Close!.By, record.Close.Layer, record.Close.Cause).Should().Be((ClosedBy.Client, Layer.WebSocket, CloseCauses.ClientClosed));
    }

    [Fact]
    public async Task The_end_of_a_call_is_told_where_the_hub_went_meanwhile()
    {
        await using var application = await Start();
        using var posts = new SharedConnection(application.Plain);
        var first = new SharedConnection(application.Plain);
        using var second = new SharedConnection(application.Plain);
        var (token, _) = await Poll(application, "bob", first, posts, hub: "/whole");
        await posts.Post($"/whole?id={token}", "bob", "{\"type\":1,\"invocationId\":\"1\",\"target\":\"AskBack\",\"arguments\":[1]}\u001e");
        var asked = (await first.Get($"/whole?id={token}", "bob")).Body;
        first.Dispose();
        var poll = second.Get($"/whole?id={token}", "bob");
        await application.Journal.First(one => Told(one).Contains("continued"));
        var question = System.Text.RegularExpressions.Regex.Match(asked, "invocationId\":\"([^\"]+)").Groups[1].Value;
        await posts.Post($"/whole?id={token}", "bob", $"{{\"type\":3,\"invocationId\":\"{question}\",\"result\":7}}\u001e");

        (await poll).Body.Should().Contain("\"result\":7");
        await application.Journal.First(one => Told(one).Contains("completed"));
        Told(second.In(application.Journal)).Should().Contain("completed");
    }

    [Fact]
    public async Task A_hub_that_reconnects_inside_http_2_is_told_and_listed_there()
    {
        await using var application = await Start();
        await using var network = new CuttableForwarder(application.Secure);
        await using var hub = new HubConnectionBuilder().WithUrl(new Uri($"https://127.0.0.1:{network.Address.Port}/telling"), options =>
        {
            options.Headers["Authorization"] = StrangersUsers.Authorization("ada");
            options.HttpMessageHandlerFactory = handler =>
            {
                ((HttpClientHandler)handler).ServerCertificateCustomValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=localhost";
                return handler;
            };
            options.WebSocketConfiguration = socket =>
            {
                (socket.HttpVersion, socket.HttpVersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
                socket.RemoteCertificateValidationCallback = null;
            };
        }).WithStatefulReconnect().Build();
        await hub.StartAsync(cancellation);
        await hub.InvokeAsync("Tell", "before", cancellation);
        network.Cut();
        await hub.InvokeAsync("Tell", "after", cancellation);

        var came = await application.Journal.First(one => one.ClosedAt is null && Told(one).Contains("completed"));
        Told(came).Should().Equal("continued", "invoked", "after", "sent", "completed");
        came.ConcernsRealTime.Should().BeTrue();
        came.UserId.Should().Be("id-of-ada");
    }

    [Fact]
    public async Task What_the_application_says_of_a_user_is_asked_when_the_hub_connects_and_fails_nothing_later()
    {
        var fails = false;
        await using var application = await StrangersApplication.Start(options =>
        {
            options.OperatorToken = "token";
            options.UserName = user => fails ? throw new InvalidOperationException("The user store is away.") : user.Identity?.Name;
        });
        using var posts = new SharedConnection(application.Plain);
        var first = new SharedConnection(application.Plain);
        using var second = new SharedConnection(application.Plain);
        var (token, id) = await Poll(application, "eve", first, posts);
        fails = true;
        first.Dispose();
        await application.Journal.FirstClosed(one => Told(one).Contains("connected"));

        await Hub(application).Clients.Client(id).SendAsync("Told", "anything", cancellation);
        (await second.Get($"/telling?id={token}", "eve")).Body.Should().Contain("anything");
    }

    /// <summary>A hub by long polling, connected.</summary>
    private static async Task<(string Token, string Id)> Poll(StrangersApplication application, string user, SharedConnection polls, SharedConnection posts, int version = 1, string hub = "/telling")
    {
        var negotiated = await posts.Negotiate(hub, user, version);
        await polls.Get($"{hub}?id={negotiated.Token}", user);
        await posts.Post($"{hub}?id={negotiated.Token}", user, SharedConnection.Handshake);
        (await polls.Get($"{hub}?id={negotiated.Token}", user)).Body.Should().Contain("{}");
        await application.Journal.First(one => Told(one).Contains(hub == "/telling" ? "groupJoined" : "connected"));
        return negotiated;
    }

    private static Task<StrangersApplication> Start() => StrangersApplication.Start(options => (options.OperatorToken, options.UserId) = ("token", user => user.FindFirst("sub")?.Value));

    private static IHubContext<StrangersApplication.TellingHub> Hub(StrangersApplication application) => application.Services.GetRequiredService<IHubContext<StrangersApplication.TellingHub>>();

    private static async Task<HttpStatusCode> StatusFor(StrangersApplication application, string user, ConnectionRecord record)
    {
        using var http = new HttpClient { BaseAddress = application.Plain };
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", StrangersUsers.Authorization(user));
        using var answer = await http.GetAsync(new Uri($"/inspect/connections/{record.Id}/events", UriKind.Relative), cancellation);
        return answer.StatusCode;
    }

    /// <summary>What a hub and the application told on a connection.</summary>
    private static List<string> Told(ConnectionRecord record) =>
        [.. RecordEvents.Of(record).Select(happened => happened.Detail).Where(detail => detail is HubDetail or ApplicationFact).Select(detail => detail.Kind)];
}
