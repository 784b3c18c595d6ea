using Microsoft.Playwright;
using RealtimeHello.Tests.Support;
using static RealtimeHello.Tests.Pages.InspectorPage;

namespace RealtimeHello.Tests.Pages;

/// <summary>A connection that is looked at while its server stops and comes back, or while whoever looks signs out.</summary>
public sealed class GoneConnectionTests(Browser browser)
{
    private const string SignIn = "name => fetch('/session', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name }) })";
    private const string Connect =
        """
        () => new Promise(done => {
          window.socket = new WebSocket(`ws://${location.host}/chat`);
          window.socket.onopen = () => window.socket.send('{"protocol":"json","version":1}\u001e');
          window.socket.onmessage = () => done();
        })
        """;

    [Fact]
    public async Task A_server_that_stops_tells_how_a_connection_ended_and_behind_its_restart_the_page_says_that()
    {
        await using var server = new TemporaryServer();
        var address = await server.Start();
        await using var context = await browser.Open();
        var inspector = await LookAtOwnConnection(context, address);

        await server.Signal("TERM");
        await Says(inspector.Page.Locator("#close"), "server_stopping");
        await Says(inspector.Page.Locator(".story .state"), "closed");
        await Assertions.Expect(inspector.Page.Locator(".slab[data-state=open]")).ToHaveCountAsync(0);
        await Says(inspector.Page.GetByRole(AriaRole.Alert), "The server does not answer");

        await server.Start(address);
        await Says(inspector.Page.GetByRole(AriaRole.Alert), "It went with the server’s restart");
        await ShowsNothing(inspector);
        (await inspector.AxeFindings()).Should().BeEmpty();
        inspector.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task While_the_server_says_nothing_a_connection_was_open_in_the_list_and_on_its_page()
    {
        await using var server = new TemporaryServer();
        await using var context = await browser.Open();
        var inspector = await LookAtOwnConnection(context, await server.Start());
        var list = await InspectorPage.Open(context, inspector.Address);
        await Says(list.RowOf("ada"), "open");

        await server.Signal("KILL");

        await Says(inspector.Page.Locator(".story .state"), "was open at ");
        await Says(inspector.Page.Locator(".slab[data-layer=hub] .chip"), "was open");
        await Assertions.Expect(inspector.Page.Locator(".slab[data-state=open]")).ToHaveCountAsync(0);
        await Says(list.RowOf("ada").Locator(".state"), "was open");
        await Says(list.Page.Locator("#count"), "When the server last answered, at ");
    }

    [Fact]
    public async Task What_the_operator_looks_at_stays_when_the_journal_forgets_it()
    {
        await using var server = new ChatServer { Settings = [("Inspector:Journal:ClosedConnections", "1")] };
        await (await server.Connect("ada")).DisposeAsync();
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.OpenConnectionOf("ada");
        await Says(inspector.Page.Locator("#close"), "client_closed");
        var events = await inspector.TimelineRows.CountAsync();

        await (await server.Connect("bob")).DisposeAsync();

        await Says(inspector.Page.GetByRole(AriaRole.Alert), "What this page shows is all that is left of it.");
        await Assertions.Expect(inspector.Page.Locator(".slab")).ToHaveCountAsync(7);
        await CountIs(inspector.TimelineRows, events);
        await inspector.Page.GetByRole(AriaRole.Link, new() { Name = "HAR" }).PressAsync("Enter");
        await Says(inspector.Page.Locator("#export-status[role=status]"), "Not exported as HAR: There is no connection ");
        await Says(inspector.Page.Locator("#export-status"), "or it was forgotten.");
        await Assertions.Expect(inspector.Page.GetByRole(AriaRole.Link, new() { Name = "HAR" })).ToBeFocusedAsync();
        (await inspector.AxeFindings()).Should().BeEmpty();
        inspector.Complaints.Should().BeEmpty();
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Who_signs_out_in_another_tab_sees_nothing_of_a_connection_any_more_but_why(int width, ColorScheme scheme)
    {
        await using var server = new ChatServer();
        await using var context = await browser.Open(width, 800, scheme);
        var inspector = await LookAtOwnConnection(context, server.Address);
        var xray = await InspectorPage.Open(context, server.Address, new Uri(inspector.Page.Url).Fragment);
        await xray.TimelineRows.Nth(1).DblClickAsync();
        await xray.Page.Locator(".hex-row").First.WaitForAsync();
        await inspector.Page.Locator("#filter-kind").FocusAsync();

        var other = await InspectorPage.Open(context, server.Address);
        var choices = other.Page.Locator("#filter-user option", new() { HasText = "ada" });
        await CountIs(choices, 1);
        await other.Page.EvaluateAsync("() => fetch('/session', { method: 'DELETE' })");

        await Says(inspector.Page.GetByRole(AriaRole.Alert), "Nobody is signed in");
        await Says(inspector.Page.GetByRole(AriaRole.Alert), "The sign-in that showed this connection is over");
        await Assertions.Expect(inspector.Page.Locator("h1")).ToBeFocusedAsync();
        await ShowsNothing(inspector);
        (await inspector.AxeFindings()).Should().BeEmpty();
        (await inspector.HorizontalOverflow()).Should().BeLessThanOrEqualTo(0);
        await Says(xray.Page.GetByRole(AriaRole.Alert), "Nobody is signed in");
        await Assertions.Expect(xray.Page.Locator(".hex, .rung, .exports a")).ToHaveCountAsync(0);
        await Says(inspector.Page.Locator("#feed"), "not live: not signed in");
        await CountIs(choices, 0);

        // Somebody else is not shown it either, and the page notices by itself.
        await other.Page.EvaluateAsync(SignIn, "bob");
        await Says(inspector.Page.GetByRole(AriaRole.Alert), "It is not here");
        await ShowsNothing(inspector);
        inspector.Complaints.Should().BeEmpty();
    }

    /// <summary>Ada, with a connection of her own, looks at it.</summary>
    private static async Task<InspectorPage> LookAtOwnConnection(IBrowserContext context, Uri server)
    {
        var inspector = await InspectorPage.Open(context, server);
        await inspector.Page.EvaluateAsync(SignIn, "ada");
        await inspector.Page.EvaluateAsync(Connect);
        await inspector.OpenConnectionOf("ada");
        await inspector.IsLive();
        await Says(inspector.Page.Locator(".story .state"), "open");
        return inspector;
    }

    private static async Task ShowsNothing(InspectorPage inspector)
    {
        await Assertions.Expect(inspector.Page.Locator(".slab, .timeline, .exports, .plots, #close, .story")).ToHaveCountAsync(0);
        (await inspector.Page.Locator("main").InnerTextAsync()).Should().NotContain("/chat").And.NotContain("ada");
    }
}
