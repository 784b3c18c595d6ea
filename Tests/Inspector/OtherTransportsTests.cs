using System.Net.Http;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Application;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Layers.Hubs;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Inspector;

/// <summary>Hubs of a stranger's application that go by what SignalR falls back to.</summary>
public sealed class OtherTransportsTests
{
    [Theory]
    [InlineData(HttpTransportType.LongPolling)]
    [InlineData(HttpTransportType.ServerSentEvents)]
    public async Task A_hub_without_a_web_socket_is_in_the_operators_list_with_what_it_does_and_in_no_users(HttpTransportType transport)
    {
        await using var application = await StrangersApplication.Start(options => (options.OperatorToken, options.UserId) = ("token", user => user.FindFirst("sub")?.Value));
        using var connections = new SocketsHttpHandler();
        await using (var hub = await Connected(application, transport, connections))
        {
            (await hub.InvokeAsync<string>("Echo", "hello", TestContext.Current.CancellationToken)).Should().StartWith("hello of ");
            await hub.InvokeAsync("Tell", "said", TestContext.Current.CancellationToken);

            var listed = await List(application, "Bearer token");
            listed.Should().OnlyContain(one => (string?)one["state"] == "open");
            (await List(application, StrangersUsers.Authorization("ada"))).Should().BeEmpty();
            HubOf(await One(application, (string)listed.First(one => (string?)HubOf(one)["detail"]!["hub"] == "TellingHub")["id"]!))["detail"]!["user"]!.GetValue<string>().Should().Be("ada");
        }

        await application.Journal.First(record => DetailsOf(record).OfType<HubDisconnected>().Any());
        // A client may give up its poll, and with it the connection, before it says goodbye on the other.
        Told(application).Where(kind => kind != "continued").Should().BeEquivalentTo("connected", "groupJoined", "invoked Echo", "completed Echo", "invoked Tell", "said", "sent Told", "completed Tell", "disconnected");
        connections.Dispose();
        var carried = await application.Journal.FirstClosed(record => record.CarriesHub);
        (carried.Close!.By, carried.Close.Cause, carried.Close.Sentence).Should().Be((ClosedBy.Client, CloseCauses.HttpFinished, "A connection of HTTP ended that a hub went over, by long polling or server-sent events."));
    }

    [Fact]
    public async Task A_hub_whose_polls_come_over_to_another_connection_is_told_on_that_one()
    {
        await using var application = await StrangersApplication.Start(options => options.OperatorToken = "token");
        using var first = new HttpClient { BaseAddress = application.Plain };
        using var second = new HttpClient { BaseAddress = application.Plain };
        using var posts = new HttpClient { BaseAddress = application.Plain };
        using var negotiated = await posts.PostAsync(new Uri("/telling/negotiate?negotiateVersion=1", UriKind.Relative), null, TestContext.Current.CancellationToken);
        var hub = new Uri($"/telling?id={(string?)JsonNode.Parse(await negotiated.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["connectionToken"]}", UriKind.Relative);
        await Poll(first);
        await Post("{\"protocol\":\"json\",\"version\":1}\u001e");
        (await Poll(first)).Should().StartWith("{}");
        await application.Journal.First(record => DetailsOf(record).OfType<HubGroupJoined>().Any());

        var poll = Poll(second);
        var came = await application.Journal.First(record => DetailsOf(record).OfType<HubContinued>().Any());
        await Post("{\"type\":1,\"invocationId\":\"1\",\"target\":\"Tell\",\"arguments\":[\"said\"]}\u001e");
        (await poll).Should().Contain("Told");
        await application.Journal.First(record => DetailsOf(record).OfType<HubCompleted>().Any());

        var left = application.Journal.Connections.Single(record => DetailsOf(record).OfType<HubConnected>().Any());
        DetailsOf(left).Where(IsTold).Select(NameOf).Should().Equal("connected", "groupJoined");
        DetailsOf(came).Where(IsTold).Select(NameOf).Should().Equal("continued", "invoked Tell", "said", "sent Told", "completed Tell");
        var listed = await List(application, "Bearer token");
        listed.Select(one => (string?)one["id"]).Should().BeEquivalentTo(left.Id, came.Id);
        listed.Select(one => (string?)one["path"]).Should().Equal("/telling", "/telling");
        (await SameHub(application, left.Id, "Bearer token")).Should().Equal(came.Id);
        (await SameHub(application, came.Id, "Bearer token")).Should().Equal(left.Id);
        HubOf(await One(application, came.Id))["summary"]!.GetValue<string>().Should().Be("TellingHub: nobody signed in, over json");

        async Task<string> Poll(HttpClient http) => await http.GetStringAsync(hub, TestContext.Current.CancellationToken);

        async Task Post(string text)
        {
            using var content = new StringContent(text);
            (await posts.PostAsync(hub, content, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public async Task A_hub_that_reconnects_is_told_on_its_new_connection_which_is_its_users_too()
    {
        await using var application = await StrangersApplication.Start(options => (options.OperatorToken, options.UserId) = ("token", user => user.FindFirst("sub")?.Value));
        await using var network = new CuttableForwarder(application.Plain);
        await using var hub = new HubConnectionBuilder()
            .WithUrl(new Uri(network.Address, "/telling"), options => options.Headers["Authorization"] = StrangersUsers.Authorization("ada")).WithStatefulReconnect().Build();
        await hub.StartAsync(TestContext.Current.CancellationToken);
        await hub.InvokeAsync("Tell", "before", TestContext.Current.CancellationToken);
        network.Cut();
        await hub.InvokeAsync("Tell", "after", TestContext.Current.CancellationToken);

        var came = await application.Journal.First(record => DetailsOf(record).OfType<HubContinued>().Any());
        var left = application.Journal.Connections.Single(record => DetailsOf(record).OfType<HubConnected>().Any());
        DetailsOf(left).Where(IsTold).Select(NameOf).Should().Equal("connected", "groupJoined", "invoked Tell", "before", "sent Told", "completed Tell");
        await application.Journal.First(record => record == came && DetailsOf(record).OfType<HubCompleted>().Any());
        DetailsOf(came).Where(IsTold).Select(NameOf).Should().Equal("continued", "invoked Tell", "after", "sent Told", "completed Tell");
        var adas = await List(application, StrangersUsers.Authorization("ada"));
        (await SameHub(application, came.Id, StrangersUsers.Authorization("ada"))).Should().Equal(left.Id);
        adas.Select(one => ((string?)one["id"], (string?)HubOf(one)["summary"])).Should().BeEquivalentTo([(left.Id, "TellingHub: ada, over json, in 1 group"), (came.Id, "TellingHub: ada, over json")]);
    }

    private static async Task<HubConnection> Connected(StrangersApplication application, HttpTransportType transport, SocketsHttpHandler connections)
    {
        var hub = new HubConnectionBuilder().WithUrl(new Uri(application.Plain, "/telling"), options =>
        {
            options.Headers["Authorization"] = StrangersUsers.Authorization("ada");
            options.Transports = transport;
            options.HttpMessageHandlerFactory = _ => new Kept(connections);
        }).Build();
        await hub.StartAsync(TestContext.Current.CancellationToken);
        return hub;
    }

    private static async Task<List<JsonNode>> List(StrangersApplication application, string authorization) =>
        [.. (await Get(application, "/inspect/connections", authorization))["items"]!.AsArray().Select(item => item!)];

    private static Task<JsonNode> One(StrangersApplication application, string id) => Get(application, $"/inspect/connections/{id}", "Bearer token");

    private static async Task<IEnumerable<string>> SameHub(StrangersApplication application, string id, string authorization) =>
        (await Get(application, $"/inspect/connections/{id}", authorization))["sameHub"]!.AsArray().Select(other => (string)other!);

    private static async Task<JsonNode> Get(StrangersApplication application, string path, string authorization)
    {
        using var http = new HttpClient { BaseAddress = application.Plain };
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        return JsonNode.Parse(await http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken))!;
    }

    private static JsonNode HubOf(JsonNode connection) => connection["layers"]!.AsArray().Single(layer => (string?)layer!["layer"] == "hub")!;

    /// <summary>What hubs and application told, on whichever connection.</summary>
    private static List<string> Told(StrangersApplication application) =>
        [.. application.Journal.Connections.SelectMany(DetailsOf).Where(IsTold).Select(NameOf)];

    private static bool IsTold(LayerDetail detail) => detail is HubDetail or ApplicationFact;

    private static string NameOf(LayerDetail detail) => detail switch
    {
        HubInvoked invoked => $"invoked {invoked.Method}",
        HubCompleted completed => $"completed {completed.Method}",
        HubSent sent => $"sent {sent.Method}",
        _ => detail.Kind,
    };

    private static List<LayerDetail> DetailsOf(ConnectionRecord record) => RecordEvents.Of(record).ConvertAll(happened => happened.Detail);

    /// <summary>Leaves its connections open when the client is disposed: the server's hub ends a little later, and says so while they are.</summary>
    private sealed class Kept(SocketsHttpHandler connections) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker invoker = new(connections, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => invoker.SendAsync(request, cancellationToken);
    }
}
