using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Playwright;
using RealtimeHello.Tests.Inspector;
using static RealtimeHello.Tests.Pages.InspectorPage;

namespace RealtimeHello.Tests.Pages;

/// <summary>The page in a stranger's application, with what the chat does not have: TLS, HTTP/2, a small journal.</summary>
public sealed class InspectorPageElsewhereTests(Browser browser)
{
    [Fact]
    public async Task A_connection_over_tls_shows_its_frames_and_says_that_they_were_encrypted()
    {
        await using var application = await StrangersApplication.Start(options => options.IsOperator = _ => true);
        await using var hub = Hub(application.Secure, HttpVersion.Version11);
        await hub.StartAsync(TestContext.Current.CancellationToken);
        await hub.InvokeAsync<string>("Echo", "under TLS", TestContext.Current.CancellationToken);
        await using var context = await browser.Open();
        var inspector = await Open(context, application.Plain);
        await OpenFirst(inspector);

        await Says(inspector.Page.Locator(".slab[data-layer=tls]"), "TLS");
        await Assertions.Expect(inspector.Page.Locator(".slab[data-layer=tls]")).ToHaveAttributeAsync("data-state", "open");
        await inspector.Page.Locator("#q").FillAsync("under TLS");
        await inspector.Page.Locator("#filter-kind").SelectOptionAsync("invocation");
        await inspector.TimelineRows.First.DblClickAsync();
        await Says(inspector.Page.Locator(".rung[data-layer=tls]"), "encrypted on the wire");
        await Says(inspector.Page.Locator(".rung[data-layer=hub]"), "Echo ran");
        await Assertions.Expect(inspector.Page.Locator(".bit-cell.payload")).ToBeVisibleAsync();

        await inspector.Page.GoBackAsync();
        await inspector.Page.Locator("#q").FillAsync("");
        await inspector.Page.Locator("#filter-kind").SelectOptionAsync("clientHello");
        await inspector.TimelineRows.First.DblClickAsync();
        await Says(inspector.Page.Locator(".rung.picked"), "clientHello");
        await Says(inspector.Page.Locator(".xray-bytes"), "16 03 01");
        inspector.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task A_connection_over_http2_shows_its_hub_and_says_why_it_shows_no_frames()
    {
        await using var application = await StrangersApplication.Start(options => options.IsOperator = _ => true);
        await using var hub = Hub(application.Secure, HttpVersion.Version20);
        await hub.StartAsync(TestContext.Current.CancellationToken);
        await hub.InvokeAsync<string>("Echo", "over HTTP/2", TestContext.Current.CancellationToken);
        await using var context = await browser.Open();
        var inspector = await Open(context, application.Plain);
        await OpenFirst(inspector);

        await Says(inspector.Page.Locator(".slab[data-layer=webSocket]"), "RFC 8441");
        await Assertions.Expect(inspector.Page.Locator(".slab[data-layer=webSocket]")).ToHaveAttributeAsync("data-state", "unseen");
        await inspector.Page.Locator("#filter-kind").SelectOptionAsync("invoked");
        await inspector.TimelineRows.First.DblClickAsync();
        await Says(inspector.Page.Locator(".rung[data-layer=webSocket]"), "frames are not decoded");
        await Says(inspector.Page.Locator(".xray-bytes"), "No bytes of its own");
    }

    [Fact]
    public async Task What_the_journal_evicted_is_a_gap_and_its_bytes_are_said_to_be_gone()
    {
        await using var application = await StrangersApplication.Start(options =>
        {
            options.IsOperator = _ => true;
            options.Journal.ConnectionBytes = 64 * 1024;
            options.Journal.OpeningBytes = 1024;
        });
        await using var hub = Hub(application.Plain, HttpVersion.Version11);
        await hub.StartAsync(TestContext.Current.CancellationToken);
        await using var context = await browser.Open();
        var inspector = await Open(context, application.Plain);
        await OpenFirst(inspector);
        await inspector.IsLive();
        await hub.InvokeAsync<string>("Echo", "the first one", TestContext.Current.CancellationToken);
        await inspector.Page.Locator("#q").FillAsync("the first one");
        await inspector.Page.Locator("#filter-kind").SelectOptionAsync("invocation");
        await CountIs(inspector.TimelineRows, 1);

        for (var i = 0; i < 40; i++) await hub.InvokeAsync<string>("Echo", new string('x', 8000), TestContext.Current.CancellationToken);

        // What was read before stays on the page; what was behind it is gone.
        await inspector.TimelineRows.First.DblClickAsync();
        await Says(inspector.Page.Locator(".notice"), "This event is not here any more");
        await inspector.Page.GotoAsync(inspector.Address.ToString());
        await OpenFirst(inspector);
        await inspector.Page.Locator("#filter-kind").SelectOptionAsync("gap");
        await Says(inspector.TimelineRows.First, "bytes are not here");
        await inspector.TimelineRows.First.DblClickAsync();
        await Says(inspector.Page.Locator("h1"), "gap");
        inspector.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task A_compressed_message_is_shown_as_what_it_says_and_as_what_went_over_the_wire()
    {
        await using var application = await StrangersApplication.Start(options => options.IsOperator = _ => true);
        using var socket = new ClientWebSocket { Options = { DangerousDeflateOptions = new() } };
        await socket.ConnectAsync(new UriBuilder(application.Plain) { Scheme = "ws", Path = "/deflated" }.Uri, TestContext.Current.CancellationToken);
        var said = string.Concat(Enumerable.Repeat("again and ", 50));
        await socket.SendAsync(Encoding.UTF8.GetBytes(said), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        await socket.ReceiveAsync(new byte[4096], TestContext.Current.CancellationToken);
        await using var context = await browser.Open();
        var inspector = await Open(context, application.Plain);
        await OpenFirst(inspector);
        await inspector.Page.Locator("#filter-kind").SelectOptionAsync("message");
        await inspector.TimelineRows.First.DblClickAsync();

        await Says(inspector.Page.Locator(".rung.picked"), "Compressed to");
        await Says(inspector.Page.Locator(".rung.picked"), said.Trim());
        await Says(inspector.Page.Locator(".unmasking caption"), "still compressed");
        await Says(inspector.Page.Locator(".bit-cell[data-field=rsv1] .bit-digits"), "1");
    }

    [Fact]
    public async Task The_connections_that_one_hub_polled_over_have_their_path_and_lead_to_each_other()
    {
        await using var application = await StrangersApplication.Start(options => options.IsOperator = _ => true);
        using var first = new HttpClient { BaseAddress = application.Plain };
        using var second = new HttpClient { BaseAddress = application.Plain };
        using var posts = new HttpClient { BaseAddress = application.Plain };
        using var negotiated = await posts.PostAsync(new Uri("/telling/negotiate?negotiateVersion=1", UriKind.Relative), null, TestContext.Current.CancellationToken);
        var hub = new Uri($"/telling?id={(string?)JsonNode.Parse(await negotiated.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["connectionToken"]}", UriKind.Relative);
        await first.GetStringAsync(hub, TestContext.Current.CancellationToken);
        using var handshake = new StringContent("{\"protocol\":\"json\",\"version\":1}\u001e");
        (await posts.PostAsync(hub, handshake, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        await first.GetStringAsync(hub, TestContext.Current.CancellationToken);
        var left = await application.Journal.First(record => record.CarriesHub);
        using var leave = new CancellationTokenSource();
        var poll = second.GetStringAsync(hub, leave.Token);
        var came = await application.Journal.First(record => record != left && record.CarriesHub);

        await using var context = await browser.Open();
        var inspector = await Open(context, application.Plain);
        await CountIs(inspector.Rows.Filter(new() { HasText = "/telling" }), 2);
        await inspector.Show($"#connection/{came.Id}");
        await Says(inspector.Page.Locator("#same-hub"), $"The same hub connection also went over {left.Id}.");
        (await inspector.AxeFindings()).Should().BeEmpty();
        await inspector.Page.Locator("#same-hub a").PressAsync("Enter");
        await Says(inspector.Page.Locator("#same-hub"), $"The same hub connection also went over {came.Id}.");
        inspector.Complaints.Should().BeEmpty();
        await leave.CancelAsync();
        await poll.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private static async Task OpenFirst(InspectorPage inspector)
    {
        await inspector.Rows.First.GetByRole(AriaRole.Link).ClickAsync();
        await inspector.TimelineRows.First.WaitForAsync();
    }

    private static HubConnection Hub(Uri application, Version version) => new HubConnectionBuilder().WithUrl(new Uri(application, "/echo"), options =>
    {
        options.SkipNegotiation = true;
        options.Transports = HttpTransportType.WebSockets;
        options.WebSocketFactory = async (connecting, cancellationToken) =>
        {
            var socket = new ClientWebSocket { Options = { HttpVersion = version, HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact } };
            var handler = new SocketsHttpHandler();
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=localhost";
            await socket.ConnectAsync(connecting.Uri, new HttpMessageInvoker(handler), cancellationToken);
            return socket;
        };
    }).Build();
}
