using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Playwright;
using RealtimeHello.Tests.Support;
using static RealtimeHello.Tests.Pages.InspectorPage;

namespace RealtimeHello.Tests.Pages;

public sealed class InspectorPageTests(Browser browser) : IDisposable
{
    private readonly ChatServer server = new();

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task Connections_come_change_and_close_without_a_reload()
    {
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await Says(inspector.Page.Locator("#notice"), "No connections yet");

        await using var ada = await server.Connect("ada");
        await Says(inspector.RowOf("ada"), "open");
        var before = await inspector.RowOf("ada").Locator("[data-column=bytes]").InnerTextAsync();
        await ada.Join("lobby");
        await Assertions.Expect(inspector.RowOf("ada").Locator("[data-column=bytes]")).Not.ToHaveTextAsync(before);

        await ada.StopAsync(TestContext.Current.CancellationToken);
        await Says(inspector.RowOf("ada"), "client_closed");
        inspector.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task Connections_are_sorted_filtered_and_the_address_says_how()
    {
        await using var ada = await server.Connect("ada");
        await using var bob = await server.Connect("bob");
        await bob.Join("lobby");
        await bob.Post("lobby", new string('b', 1000));
        using (var refused = new ClientWebSocket())
        {
            var call = () => refused.ConnectAsync(new UriBuilder(server.Address) { Scheme = "ws", Path = "/chat" }.Uri, TestContext.Current.CancellationToken);
            await call.Should().ThrowAsync<WebSocketException>();
        }

        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await CountIs(inspector.Rows, 3);
        await Says(inspector.Rows.Filter(new() { HasText = "refused" }), "upgrade_refused");
        await Says(inspector.Rows.Filter(new() { HasText = "refused" }).Locator("[data-column=age]"), "lasted");
        (await inspector.RowOf("ada").Locator("[data-column=opened]").InnerTextAsync()).Should().MatchRegex(@"\b\d\d:\d\d:\d\d$");
        (await inspector.RowOf("ada").Locator("[data-column=opened]").GetAttributeAsync("title")).Should().StartWith("Opened ").And.Contain($"{DateTime.Now.Year}");
        await inspector.Page.Locator("#filter-user").SelectOptionAsync(new SelectOptionValue { Label = "nobody" });
        await CountIs(inspector.Rows, 1);
        await Says(inspector.Rows, "refused");
        await inspector.Page.GetByRole(AriaRole.Button, new() { Name = "Clear" }).ClickAsync();
        await CountIs(inspector.Rows, 3);

        await inspector.Page.Locator("[data-sort=bytes]").ClickAsync();
        await inspector.Page.Locator("[data-sort=bytes]").ClickAsync();
        await Assertions.Expect(inspector.Page.Locator("th", new() { HasText = "Bytes" })).ToHaveAttributeAsync("aria-sort", "descending");
        await Says(inspector.Rows.First, "bob");
        await inspector.Page.Locator("#filter-state").SelectOptionAsync("open");
        await CountIs(inspector.Rows, 2);
        await inspector.Page.Locator("#q").FillAsync("ChatHub: ada");
        await CountIs(inspector.Rows, 1);

        await inspector.Page.ReloadAsync();
        await CountIs(inspector.Rows, 1);
        await Says(inspector.Rows, "ada");
        await inspector.Page.Locator("#q").FillAsync("no such thing");
        await Says(inspector.Page.Locator("#notice"), "None of them match");
    }

    [Fact]
    public async Task A_refused_connection_looks_like_a_failure_and_one_that_said_goodbye_does_not()
    {
        using (var refused = new ClientWebSocket())
        {
            var call = () => refused.ConnectAsync(new UriBuilder(server.Address) { Scheme = "ws", Path = "/chat" }.Uri, TestContext.Current.CancellationToken);
            await call.Should().ThrowAsync<WebSocketException>();
        }

        // .NET's client does not always send SignalR's own goodbye before the WebSocket's.
        await using (var ada = await RawHub.Connect(server, "ada", "json"))
        {
            await ada.SendJson("""{"type":7}""");
            await ada.Close();
        }

        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.OpenConnectionOf("nobody");
        await Says(inspector.Page.Locator("#close"), "upgrade_refused");
        (await Colour("#close", "border-left-color")).Should().Be(await Colour(".state[data-state=refused]", "color"));

        await inspector.Show("#connections");
        await inspector.OpenConnectionOf("ada");
        await Says(inspector.Page.Locator("#close"), "client_closed");
        (await Colour("#close", "border-left-color")).Should().Be(await Colour(".slab[data-layer=signalR] .slab-name", "color"));

        Task<string> Colour(string place, string property) =>
            inspector.Page.Locator(place).EvaluateAsync<string>("(element, property) => getComputedStyle(element).getPropertyValue(property)", property);
    }

    [Fact]
    public async Task A_connection_that_is_not_here_shows_nothing_but_that_and_the_way_back()
    {
        await using var ada = await server.Connect("ada");
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server, "#connection/no-such-connection");

        await Says(inspector.Page.GetByRole(AriaRole.Alert), "It is not here");
        foreach (var part in new[] { ".exports", ".stack-side", ".timeline-side", ".plots", "#count" }) await Assertions.Expect(inspector.Page.Locator(part)).ToBeHiddenAsync();
        await inspector.IsLive();
        await inspector.Page.GetByRole(AriaRole.Link, new() { Name = "All connections" }).ClickAsync();
        await CountIs(inspector.Rows, 1);
    }

    [Fact]
    public async Task Nobody_is_told_how_to_sign_in_and_a_user_sees_its_own_connection_alone()
    {
        await using var ada = await server.Connect("ada");
        await using var context = await browser.Open();
        await context.Clock.InstallAsync();
        var inspector = await InspectorPage.Open(context, server.Address);
        await Says(inspector.Page.GetByRole(AriaRole.Alert), "Nobody is signed in");

        // The page would look again by itself, every two seconds, and may before the button is pressed.
        await context.Clock.PauseAtAsync(DateTime.UtcNow.AddSeconds(10));
        await inspector.Page.EvaluateAsync("() => fetch('/session', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name: 'bob' }) })");
        await inspector.Page.EvaluateAsync("() => { window.socket = new WebSocket(`ws://${location.host}/hello`); }");
        await inspector.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await context.Clock.ResumeAsync();
        await Assertions.Expect(inspector.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        await Assertions.Expect(inspector.RowOf("ada")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task The_timeline_follows_filters_and_pauses()
    {
        await using var ada = await server.Connect("ada");
        await ada.Join("lobby");
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.OpenConnectionOf("ada");
        await inspector.IsLive();

        await ada.Post("lobby", "while somebody looks");
        await Says(inspector.Page.Locator(".timeline"), "while somebody looks");
        await inspector.Page.Locator("#q").FillAsync("while somebody looks");
        await inspector.Page.Locator("#filter-kind").SelectOptionAsync("invocation");
        await CountIs(inspector.TimelineRows, 2);
        await inspector.Page.Locator("#filter-direction").SelectOptionAsync("received");
        await CountIs(inspector.TimelineRows, 1);
        await Says(inspector.TimelineRows, "PostMessage");

        await inspector.Page.Locator("#q").FillAsync("");
        await inspector.Page.Locator("#filter-kind").SelectOptionAsync("");
        await inspector.Page.Locator("#filter-direction").SelectOptionAsync("");
        await inspector.Page.Locator(".slab[data-layer=http] .slab-name").ClickAsync();
        await CountIs(inspector.TimelineRows, 2);
        await inspector.Page.Locator(".slab[data-layer=http] .slab-name").ClickAsync();

        await inspector.Page.Locator("#pause").ClickAsync();
        await ada.Post("lobby", "while it is paused");
        await Says(inspector.Page.Locator("#pause"), "new");
        await Assertions.Expect(inspector.Page.Locator(".timeline")).Not.ToContainTextAsync("while it is paused");
        await inspector.Page.Locator("#pause").ClickAsync();
        await Says(inspector.Page.Locator(".timeline"), "while it is paused");
        inspector.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task Ten_thousand_events_are_a_few_dozen_elements_that_scroll_smoothly()
    {
        await using var hub = await RawHub.Connect(server, "ada", "json");
        var pings = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"type\":6}\u001e", 100)));
        for (var i = 0; i < 100; i++) await hub.Send(pings, WebSocketMessageType.Text);
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.OpenConnectionOf("ada");
        await Assertions.Expect(inspector.Page.Locator("#count")).ToContainTextAsync("10,2", new() { Timeout = 30_000 });

        var (rows, typical, drawn) = await Scroll(inspector.Page);

        rows.Should().BeGreaterThan(10_000);
        drawn.Should().BeLessThan(120);
        // Two frames of a page that has nothing to do are 33 ms.
        typical.Should().BeLessThan(100);
    }

    [Fact]
    public async Task An_x_ray_shows_a_post_bit_by_bit_and_links_bits_bytes_and_layers()
    {
        await using var ada = await server.Connect("ada");
        await ada.Join("lobby");
        var id = Guid.CreateVersion7();
        await ada.Post("lobby", "hello at every layer", id);
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.OpenConnectionOf("ada");
        await inspector.Page.Locator("#q").FillAsync($"{id}");
        await inspector.Page.Locator("#filter-kind").SelectOptionAsync("invocation");
        await inspector.Page.Locator("#filter-direction").SelectOptionAsync("received");
        await inspector.TimelineRows.First.DblClickAsync();
        await inspector.Page.Locator(".hex-row").First.WaitForAsync();

        // Text, masked, 16 bits of length: 8 bytes of header.
        var hex = (await inspector.Page.Locator(".hex-bytes [data-at]").AllInnerTextsAsync()).Take(8).ToList();
        var bits = string.Concat(await inspector.Page.Locator(".bit-digits [data-bit]").AllInnerTextsAsync());
        bits.Should().Be(string.Concat(hex.Select(text => Convert.ToString(Convert.ToByte(text, 16), 2).PadLeft(8, '0'))));
        bits.Should().StartWith("10000001" + "11111110");
        await Says(inspector.Page.Locator(".bit-cell[data-field=opcode]"), "0001");

        await inspector.Page.Locator(".field-table [data-field=maskingKey]").HoverAsync();
        (await inspector.Page.Locator(".hex-bytes .lit").AllInnerTextsAsync()).Should().Equal(hex[4..]);
        await inspector.Page.Locator(".hex-bytes [data-at]").Nth(1).HoverAsync();
        await Assertions.Expect(inspector.Page.Locator(".bit-cell.lit")).ToHaveCountAsync(2);
        await Says(inspector.Page.Locator(".hex-says"), "11111110");

        (await inspector.Page.Locator(".hex").InnerTextAsync()).Should().NotContain("PostMessage");
        await inspector.Page.Locator("#unmask").CheckAsync();
        var text = string.Concat(await inspector.Page.Locator(".hex-text").AllInnerTextsAsync());
        text.Should().Contain("PostMessage").And.Contain("hello at every layer");
        foreach (var layer in new[] { "application", "hub", "signalR", "webSocket", "tcp" })
            await Assertions.Expect(inspector.Page.Locator($".rung[data-layer={layer}]:not(.absent)").First).ToBeVisibleAsync();
        await Says(inspector.Page.Locator(".timing"), "The completion was written to the socket");
        inspector.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task A_message_is_followed_from_its_sender_to_everybody_who_got_it()
    {
        await using var ada = await server.Connect("ada");
        await using var bob = await server.Connect("bob");
        await ada.Join("lobby");
        await bob.Join("lobby");
        var id = Guid.CreateVersion7();
        await ada.Post("lobby", "to both", id);
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server, $"#find={id}");

        await Says(inspector.Page.Locator(".way-moments li").First, "ada → server");
        await CountIs(inspector.Page.Locator(".way-line.sent", new() { HasText = "MessagePosted" }), 2);
        await Says(inspector.Page.Locator(".way-moments"), "server → bob");
        await Says(inspector.Page.Locator(".way-moments"), "posted: message 1 of lobby is durable");
        await Says(inspector.Page.Locator(".rung.picked"), "to both");
        await Assertions.Expect(inspector.Page.Locator(".bit-cell.payload")).ToBeVisibleAsync();

        await inspector.Show("#find=nothing-holds-this");
        await Says(inspector.Page.Locator(".way-view"), "Not found");
        inspector.Complaints.Should().BeEmpty();
    }

    [Theory]
    [InlineData("#find=some-value")]
    [InlineData("#connection/no-such-connection/1-2")]
    [InlineData("#doctor")]
    public async Task A_view_that_follows_no_connection_is_live_too_as_the_first_page_opened(string hash)
    {
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server, hash);

        await inspector.IsLive();
    }

    [Fact]
    public async Task Eight_tabs_share_one_feed_and_all_are_live()
    {
        await using var ada = await server.Connect("ada");
        await ada.Join("lobby");
        await using var context = await browser.Open();
        var first = await InspectorPage.AsOperator(context, server);
        await first.OpenConnectionOf("ada");
        var tabs = new List<InspectorPage> { first };
        // Over HTTP/1.1 with a stream a tab, the seventh would wait for ever.
        while (tabs.Count < 8) tabs.Add(await InspectorPage.Open(context, server.Address, new Uri(first.Page.Url).Fragment));
        foreach (var tab in tabs) await tab.IsLive();

        await ada.Post("lobby", "to eight tabs");

        foreach (var tab in tabs) await Says(tab.Page.Locator(".timeline"), "to eight tabs");
        tabs.SelectMany(tab => tab.Complaints).Should().BeEmpty();
    }

    [Fact]
    public async Task Without_shared_workers_a_tab_has_a_feed_of_its_own()
    {
        await using var ada = await server.Connect("ada");
        await ada.Join("lobby");
        await using var context = await browser.Open();
        await context.AddInitScriptAsync("delete window.SharedWorker");
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.OpenConnectionOf("ada");
        await inspector.IsLive();

        await ada.Post("lobby", "to one tab");

        await Says(inspector.Page.Locator(".timeline"), "to one tab");
    }

    [Fact]
    public async Task Figures_are_plotted_and_without_the_library_the_page_says_what_to_install()
    {
        await using var ada = await server.Connect("ada");
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.OpenConnectionOf("ada");
        await CountIs(inspector.Page.Locator(".plot canvas"), 3);
        await Assertions.Expect(inspector.Page.Locator(".plot-value").Nth(1)).ToContainTextAsync("B", new() { Timeout = 20_000 });

        await context.RouteAsync("**/lib/uPlot*", route => route.AbortAsync());
        var without = await InspectorPage.Open(context, server.Address, new Uri(inspector.Page.Url).Fragment);
        await Says(without.Page.Locator(".plots"), "install Node.js");
        await without.TimelineRows.First.WaitForAsync();
    }

    [Fact]
    public async Task Samples_stay_while_an_event_is_looked_at_and_their_lines_are_named()
    {
        await using var ada = await server.Connect("ada");
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.OpenConnectionOf("ada");
        var received = inspector.Page.Locator(".plot", new() { HasText = "Bytes a second" }).Locator(".plot-line").First;
        await Assertions.Expect(received).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^← received \d+ B$"), new() { Timeout = 20_000 });
        var address = new Uri(inspector.Page.Url).Fragment;
        await inspector.TimelineRows.First.DblClickAsync();
        await inspector.Page.Locator(".xray-layers").WaitForAsync();

        // With no more figures from the server, only what was kept can be plotted.
        await context.RouteAsync("**/inspect/connections/*", route => route.AbortAsync());
        await inspector.Show(address);
        await inspector.Page.Locator(".plot canvas").First.WaitForAsync();
        await Assertions.Expect(received).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^← received \d+ B$"));
    }

    [Fact]
    public async Task Everything_is_reached_by_keyboard()
    {
        await using var ada = await server.Connect("ada");
        await ada.Join("lobby");
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.Rows.First.WaitForAsync();
        var keys = inspector.Page.Keyboard;

        await keys.PressAsync("?");
        await Assertions.Expect(inspector.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await keys.PressAsync("Escape");
        await keys.PressAsync("j");
        await keys.PressAsync("Enter");
        await inspector.TimelineRows.First.WaitForAsync();
        await Says(inspector.Page.Locator("#count"), "events");
        await keys.PressAsync("t");
        await keys.PressAsync("Home");
        await Says(inspector.Page.Locator(".preview"), "TCP opened");
        await keys.PressAsync("ArrowDown");
        await Says(inspector.Page.Locator(".preview"), "HTTP request");
        await keys.PressAsync("Enter");
        await Says(inspector.Page.Locator("h1"), "X-ray: HTTP request");
        await Assertions.Expect(inspector.Page.Locator("h1")).ToBeFocusedAsync();
        await inspector.Page.Locator(".hex").WaitForAsync();
        await keys.PressAsync("b");
        await Assertions.Expect(inspector.Page.Locator(".hex")).ToBeFocusedAsync();
        await keys.PressAsync("ArrowRight");
        await Says(inspector.Page.Locator(".hex-says"), "Byte 0: 47");
        await keys.PressAsync("]");
        await Says(inspector.Page.Locator("h1"), "X-ray: HTTP upgraded");
        await Assertions.Expect(inspector.Page.Locator("h1")).ToBeFocusedAsync();
        await keys.PressAsync("u");
        await inspector.TimelineRows.First.WaitForAsync();
        await keys.PressAsync("g");
        await inspector.Rows.First.WaitForAsync();
    }

    [Fact]
    public async Task Tab_comes_to_the_bytes_by_one_stop_for_the_fields_and_arrows_walk_through_them()
    {
        await using var ada = await server.Connect("ada");
        await ada.Join("lobby");
        var id = Guid.CreateVersion7();
        await ada.Post("lobby", "hello", id);
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.OpenConnectionOf("ada");
        await inspector.Page.Locator("#q").FillAsync($"{id}");
        await inspector.Page.Locator("#filter-kind").SelectOptionAsync("invocation");
        await inspector.TimelineRows.First.DblClickAsync();
        await inspector.Page.Locator(".hex-row").First.WaitForAsync();
        var keys = inspector.Page.Keyboard;

        var stops = new List<string>();
        do
        {
            await keys.PressAsync("Tab");
            stops.Add(await inspector.Page.EvaluateAsync<string>("() => document.activeElement.className"));
        }
        while (!stops[^1].Split(' ').Contains("hex") && stops.Count < 100);
        stops.Should().ContainSingle(stop => stop.Contains("bit-cell", StringComparison.Ordinal));
        stops.Should().ContainSingle(stop => stop.Contains("ruler-bar", StringComparison.Ordinal));
        stops[^1].Should().Be("hex");
        await keys.PressAsync("ArrowRight");
        await keys.PressAsync("ArrowRight");
        await Says(inspector.Page.Locator(".hex-says"), "payload len");

        await inspector.Page.Locator(".bit-cell").First.FocusAsync();
        for (var i = 0; i < 4; i++) await keys.PressAsync("ArrowRight");
        await Assertions.Expect(inspector.Page.Locator(".bit-cell[data-field=opcode]")).ToBeFocusedAsync();
        await Says(inspector.Page.Locator(".hex-says"), "opcode of frame");
    }

    [Theory]
    [InlineData(390)]
    [InlineData(320)]
    public async Task On_a_phone_the_header_has_two_lines_and_a_row_its_time_and_layer(int width)
    {
        await using var ada = await server.Connect("ada");
        await ada.Join("lobby");
        await using var context = await browser.Open(width);
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.IsLive();
        var lines = await inspector.Page.EvaluateAsync<int>("() => new Set([...document.querySelectorAll('.top > *')].filter(part => part.checkVisibility()).map(part => { const at = part.getBoundingClientRect(); return Math.round((at.top + at.bottom) / 20); })).size");
        lines.Should().Be(2);

        await inspector.OpenConnectionOf("ada");
        var row = inspector.TimelineRows.Last;
        foreach (var part in new[] { "time", ".layer", ".kind", ".summary" }) await Assertions.Expect(row.Locator(part)).ToBeVisibleAsync();
        await Says(inspector.Page.Locator(".preview"), "Tap an event");
        await inspector.TimelineRows.Nth(1).ClickAsync();
        await inspector.Page.Locator(".preview").GetByRole(AriaRole.Link, new() { Name = "X-ray" }).ClickAsync();
        await Says(inspector.Page.Locator("h1"), "X-ray: ");
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Dark)]
    [InlineData(320, ColorScheme.Light)]
    public async Task It_fits_the_screen_and_axe_finds_nothing_serious(int width, ColorScheme scheme)
    {
        await using var ada = await server.Connect("a-name-of-24-characters-");
        await ada.Join("lobby");
        var id = Guid.CreateVersion7();
        await ada.Post("lobby", new string('w', 500), id);
        await using var context = await browser.Open(width, 800, scheme);
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.Rows.First.WaitForAsync();
        await Fits();
        await inspector.OpenConnectionOf("a-name-of-24-characters-");
        await inspector.Page.Locator(".slab").First.WaitForAsync();
        await inspector.TimelineRows.First.ClickAsync();
        await Fits();
        await inspector.Show($"#find={id}");
        await inspector.Page.Locator(".hex-row").First.WaitForAsync();
        await Fits();
        await inspector.Page.Locator(".way-line.received").ClickAsync();
        await inspector.Page.Locator(".way").WaitForAsync();
        await inspector.Page.Locator(".hex-row").First.WaitForAsync();
        await Fits();

        async Task Fits()
        {
            (await inspector.HorizontalOverflow()).Should().BeLessThanOrEqualTo(0);
            (await inspector.AxeFindings()).Should().BeEmpty();
        }
    }

    [Fact]
    public async Task A_frame_that_broke_a_rule_is_shown_bit_by_bit_with_the_rule()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /hello HTTP/1.1\r\nHost: {server.Address.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"), TestContext.Current.CancellationToken);
        await stream.ReadAtLeastAsync(new byte[16], 16, cancellationToken: TestContext.Current.CancellationToken);
        // FIN, RSV1, RSV3, text; masked, one byte.
        await stream.WriteAsync(new byte[] { 0xD1, 0x81, 1, 2, 3, 4, 0x69 }, TestContext.Current.CancellationToken);
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await Says(inspector.Rows, "protocol_error");
        await inspector.OpenConnectionOf("nobody");
        await inspector.Page.Locator("#filter-kind").SelectOptionAsync("fault");
        await inspector.TimelineRows.First.DblClickAsync();

        await Says(inspector.Page.Locator(".rung.picked"), "RFC 6455 5.2");
        await CountIs(inspector.Page.Locator(".bit-cell.single [data-bit]"), 5);
        string.Concat(await inspector.Page.Locator(".bit-cell.single [data-bit]").AllInnerTextsAsync()).Should().Be("11011");
        inspector.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task A_connection_is_exported_from_its_page()
    {
        await using var ada = await server.Connect("ada");
        await ada.Join("lobby");
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.OpenConnectionOf("ada");

        foreach (var (name, begins) in new[] { ("pcapng", "\n\r\r\n"), ("HAR", "{"), ("NDJSON", "{\"sequence\"") })
        {
            var download = await inspector.Page.RunAndWaitForDownloadAsync(() => inspector.Page.GetByRole(AriaRole.Link, new() { Name = name }).ClickAsync());
            (await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken)).Should().StartWith(begins);
            download.SuggestedFilename.Should().EndWith($".{name.ToLowerInvariant()}");
        }

        await Assertions.Expect(inspector.Page.Locator("#export-status")).ToBeEmptyAsync();

        // As where one has to sign in again at a proxy, which answers with its own page.
        await inspector.Page.RouteAsync("**/export?*", route => route.FulfillAsync(new() { ContentType = "text/html", Body = "<p>Sign in</p>" }));
        await inspector.Page.GetByRole(AriaRole.Link, new() { Name = "HAR" }).ClickAsync();
        await Says(inspector.Page.Locator("#export-status"), "Not exported as HAR: what answered is no export.");
        inspector.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task Hostile_text_is_shown_and_does_nothing()
    {
        await using var hub = await RawHub.Connect(server, "ada", "json");
        await hub.SendJson("""{"type":1,"target":"<img src=x onerror=\"document.title='owned'\">\u202e\u001b[31m","arguments":["<script>document.title='owned'</script>\u202egnp.exe"]}""");
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.OpenConnectionOf("ada");
        await inspector.Page.Locator("#q").FillAsync("onerror");
        await inspector.Page.Locator("#filter-kind").SelectOptionAsync("invocation");
        await inspector.TimelineRows.First.DblClickAsync();
        await Says(inspector.Page.Locator(".rung.picked"), "<img src=x");
        await inspector.Page.Locator(".hex-row").First.WaitForAsync();

        (await inspector.Page.TitleAsync()).Should().NotContain("owned");
        var shown = await inspector.Page.Locator("#view").InnerTextAsync();
        shown.Should().Contain("\\u202E").And.NotContain("\u202e").And.NotContain("\u001b");
        inspector.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task A_closed_connection_says_who_ended_it_where_and_what_to_do()
    {
        await using (var hub = await RawHub.Connect(server, "ada", "json"))
        {
            await hub.SendJson(new string('x', 40_000));
            await hub.ReadToClose();
        }

        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.OpenConnectionOf("ada");

        await Says(inspector.Page.Locator("#close"), "message_too_large Ended by the server, at SignalR, code 1000");
        await Says(inspector.Page.Locator("#close"), "Raise MaximumReceiveMessageSize");
        await Assertions.Expect(inspector.Page.Locator(".slab[data-layer=tcp]")).ToHaveAttributeAsync("data-state", "closed");
    }

    /// <summary>Scrolls through all of the timeline, far in each step.</summary>
    /// <returns>How many rows there are, the median time in ms from scrolling to the second frame behind it, and how many elements there were at most.</returns>
    private static async Task<(int Rows, double Typical, int Drawn)> Scroll(IPage page)
    {
        var measured = await page.EvaluateAsync<double[]>(
            """
            async () => {
              const viewport = document.getElementById('timeline');
              const times = [];
              let drawn = 0;
              const frame = () => new Promise(done => requestAnimationFrame(() => done()));
              viewport.scrollTop = 0;
              await frame();
              for (let top = 0; top < viewport.scrollHeight; top += viewport.scrollHeight / 120) {
                viewport.scrollTop = top;
                viewport.dispatchEvent(new Event('scroll'));
                const began = performance.now();
                await frame();
                await frame();
                times.push(performance.now() - began);
                drawn = Math.max(drawn, viewport.querySelectorAll('.row').length);
              }
              times.sort((a, b) => a - b);
              return [Number(viewport.dataset.rows), times[Math.floor(times.length / 2)], drawn];
            }
            """);
        return ((int)measured[0], measured[1], (int)measured[2]);
    }
}
