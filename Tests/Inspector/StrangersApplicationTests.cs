using System.Collections.Concurrent;
using System.Net;
using System.Net.Http;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using RealtimeHello.Inspector;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.Hubs;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Layers.Tls;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Inspector;

public sealed class StrangersApplicationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Both_of_its_endpoints_are_seen_through_with_and_without_tls(bool secure)
    {
        await using var application = await StrangersApplication.Start();
        var record = await application.Echoed(secure ? application.Secure : application.Plain);
        var events = RecordEvents.Of(record);
        var details = events.Select(happened => happened.Detail).ToList();

        record.IsSecure.Should().Be(secure);
        details.OfType<TlsHandshake>().Should().HaveCount(secure ? 1 : 0);
        details.OfType<HttpUpgraded>().Should().ContainSingle();
        details.OfType<HandshakeRequest>().Should().ContainSingle().Which.Protocol.Should().Be("json");
        details.OfType<HubConnected>().Should().ContainSingle().Which.Hub.Should().Be("EchoHub");
        details.OfType<HubInvoked>().Should().ContainSingle().Which.Method.Should().Be("Echo");
        details.OfType<DecodeFault>().Should().BeEmpty();
        events.Where(happened => happened.Detail is HttpUpgraded).Should().OnlyContain(happened => happened.Tap == TapPoint.Plain);
    }

    [Theory]
    [InlineData("bob")]
    [InlineData(null)]
    public async Task A_connection_of_http_2_that_carries_the_hubs_of_two_is_nobodys_own_and_a_feed_over_it_leaves_it_recorded(string? second)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var application = await StrangersApplication.Start(options => (options.OperatorToken, options.UserId) = ("token", user => user.FindFirst("sub")?.Value));
        using var invoker = new HttpMessageInvoker(StrangersApplication.Trusting());
        using var adas = await Connect("ada");
        var record = await application.Journal.First(record => record.UserId == "id-of-ada");
        using var others = await Connect(second);
        await application.Journal.First(record => record.UserId is null && record.CarriesHub);

        using var http = new HttpClient { BaseAddress = application.Plain };
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", StrangersUsers.Authorization("ada"));
        (await http.GetAsync(new Uri($"/inspect/connections/{record.Id}/events", UriKind.Relative), cancellation)).StatusCode.Should().Be(HttpStatusCode.NotFound);

        using var asks = new HttpRequestMessage(HttpMethod.Get, new Uri(application.Secure, "/inspect/events")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        asks.Headers.TryAddWithoutValidation("Authorization", "Bearer token");
        using var feed = await invoker.SendAsync(asks, cancellation);
        feed.StatusCode.Should().Be(HttpStatusCode.OK);
        application.Journal.Connections.Should().Contain(record);

        async Task<ClientWebSocket> Connect(string? user)
        {
            var socket = new ClientWebSocket();
            (socket.Options.HttpVersion, socket.Options.HttpVersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
            if (user is not null) socket.Options.SetRequestHeader("Authorization", StrangersUsers.Authorization(user));
            await socket.ConnectAsync(new UriBuilder(application.Secure) { Scheme = "wss", Path = "/echo" }.Uri, invoker, cancellation);
            await socket.SendAsync("{\"protocol\":\"json\",\"version\":1}\u001e"u8.ToArray(), WebSocketMessageType.Text, true, cancellation);
            await socket.ReceiveAsync(new byte[100], cancellation);
            return socket;
        }
    }

    [Fact]
    public async Task Http_2_is_served_untouched_and_not_decoded()
    {
        await using var application = await StrangersApplication.Start();
        using var http = new HttpClient(StrangersApplication.Trusting()) { BaseAddress = application.Secure };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/echo/negotiate?negotiateVersion=1")
        {
            Version = new Version(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

        answer.IsSuccessStatusCode.Should().BeTrue();
        answer.Version.Major.Should().Be(2);
        var record = application.Journal.Connections.Should().ContainSingle().Subject;
        var events = new List<LayerEvent>();
        new ConnectionReader(record, DecodingDepth.Full).Read(events);
        events.Select(happened => happened.Detail).OfType<HttpRequest>().Should().BeEmpty();
        events.Select(happened => happened.Detail).OfType<TlsHandshake>().Should().ContainSingle().Which.ApplicationProtocol.Should().Be("h2");
    }

    [Fact]
    public async Task Outside_development_it_does_not_start_open_to_everybody()
    {
        var starting = async () => await StrangersApplication.Start(environment: "Production");
        (await starting.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*open to everybody*OperatorToken*RequireAuthorization*");

        await using var guarded = await StrangersApplication.Start(options => options.OperatorToken = new string('x', 40), "Production");
        using var http = new HttpClient { BaseAddress = guarded.Plain };
        (await http.GetAsync(new Uri("/inspect/connections", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode.Should().Be(System.Net.HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Its_users_see_their_own_connections_and_those_of_its_policy_see_all()
    {
        await using var application = await StrangersApplication.Start(Production, "Production");
        await using var ofAnn = await Connected(application, "ann");
        await using var ofBen = await Connected(application, "ben");

        (await UsersSeenBy(application, "ann")).Should().Equal("ann");
        (await UsersSeenBy(application, "ben")).Should().Equal("ben");
        (await UsersSeenBy(application, "boss")).Should().BeEquivalentTo("ann", "ben");
        (await ConnectionsFor(application, null)).StatusCode.Should().Be(System.Net.HttpStatusCode.Unauthorized);
        foreach (var path in (string[])["", "/events", "/export?format=ndjson", "/bytes?direction=received&start=0&end=1"])
            (await Get(application, "ben", $"/connections/{IdOf(application, "ann")}{path}")).StatusCode.Should().Be(System.Net.HttpStatusCode.NotFound, path);

        static void Production(InspectorOptions options)
        {
            options.OperatorPolicy = StrangersUsers.Operators;
            options.UserId = principal => principal.FindFirst("sub")?.Value;
        }
    }

    [Fact]
    public async Task A_policy_of_its_endpoints_lets_in_and_makes_nobody_the_operator_which_its_log_says()
    {
        var log = new ConcurrentQueue<string>();
        await using var application = await StrangersApplication.Start(
            options => options.UserId = principal => principal.FindFirst("sub")?.Value, "Production", map: inspector => inspector.RequireAuthorization(StrangersUsers.Operators), log: new LogQueue(log));
        log.Should().ContainSingle(line => line.Contains("Nobody is the connection inspector's operator") && line.Contains("OperatorPolicy"));
        await using var ofAnn = await Connected(application, "ann");
        await using var ofBoss = await Connected(application, "boss");

        (await ConnectionsFor(application, "ann")).StatusCode.Should().Be(System.Net.HttpStatusCode.Forbidden);
        (await UsersSeenBy(application, "boss")).Should().Equal("boss");
    }

    [Fact]
    public async Task It_does_not_start_with_a_policy_of_operators_that_does_not_exist()
    {
        var starting = async () => await StrangersApplication.Start(options => options.OperatorPolicy = "Operator", "Production");

        (await starting.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*policy Operator *no such policy*AddPolicy(\"Operator\"*");
    }

    private static async Task<HubConnection> Connected(StrangersApplication application, string user)
    {
        var hub = StrangersApplication.Connection(application.Plain, user);
        await hub.StartAsync(TestContext.Current.CancellationToken);
        (await hub.InvokeAsync<string>("Echo", "hello", TestContext.Current.CancellationToken)).Should().StartWith("hello of ");
        return hub;
    }

    private static string IdOf(StrangersApplication application, string user) => application.Journal.Connections.Single(record => record.UserName == user && record.CarriesHub).Id;

    private static async Task<HttpResponseMessage> Get(StrangersApplication application, string? user, string path)
    {
        using var http = new HttpClient { BaseAddress = application.Plain };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/inspect{path}");
        if (user is not null) request.Headers.TryAddWithoutValidation("Authorization", StrangersUsers.Authorization(user));
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static Task<HttpResponseMessage> ConnectionsFor(StrangersApplication application, string? user) => Get(application, user, "/connections");

    private static async Task<List<string?>> UsersSeenBy(StrangersApplication application, string user)
    {
        using var answer = await ConnectionsFor(application, user);
        answer.EnsureSuccessStatusCode();
        var list = System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        return [.. list["items"]!.AsArray().Select(item => (string?)item!["user"])];
    }
}
