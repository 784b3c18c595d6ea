using Microsoft.Playwright;
using RealtimeHello.Inspector;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Pages;

/// <summary>The inspector's page as somebody sees it who looks into connections.</summary>
internal sealed class InspectorPage
{
    private static readonly LocatorAssertionsToHaveTextOptions Soon = new() { Timeout = 20_000 };

    private InspectorPage(IPage page, Uri address) => (Page, Address) = (page, address);

    public IPage Page { get; }

    /// <summary>Where the inspector is served.</summary>
    public Uri Address { get; }

    /// <summary>What the browser complained of, but for answers that the page asks for and explains.</summary>
    public List<string> Complaints { get; } = [];

    public ILocator Rows => Page.Locator(".connections tbody tr");

    public ILocator TimelineRows => Page.Locator(".timeline .row");

    /// <summary>A tab at an address of the page, such as <c>#find=hello</c>.</summary>
    public static async Task<InspectorPage> Open(IBrowserContext context, Uri server, string hash = "")
    {
        var inspector = new InspectorPage(await context.NewPageAsync(), new Uri(server, "/inspect"));
        inspector.Page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.Contains("Failed to load resource", StringComparison.Ordinal)) inspector.Complaints.Add(message.Text);
        };
        inspector.Page.PageError += (_, error) => inspector.Complaints.Add(error);
        await inspector.Page.GotoAsync(inspector.Address + hash);
        return inspector;
    }

    /// <summary>Makes a browser the operator's, by the link that the server prints, and opens a tab.</summary>
    public static async Task<InspectorPage> AsOperator(IBrowserContext context, ChatServer server, string hash = "")
    {
        await context.APIRequest.GetAsync(new Uri(server.Address, "/inspect/" + server.Services.GetInspectorSignInQuery()).ToString());
        return await Open(context, server.Address, hash);
    }

    public async Task Show(string hash)
    {
        await Page.EvaluateAsync("hash => { location.hash = hash; }", hash);
    }

    public Task IsLive() => Assertions.Expect(Page.Locator("#feed")).ToHaveTextAsync("live", Soon);

    public ILocator RowOf(string user) => Rows.Filter(new() { Has = Page.GetByRole(AriaRole.Link, new() { Name = user, Exact = true }) });

    /// <summary>Opens the connection of a user that has one.</summary>
    public async Task OpenConnectionOf(string user)
    {
        await RowOf(user).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(Page.Locator("h1")).ToHaveTextAsync(user, Soon);
        await TimelineRows.First.WaitForAsync();
    }

    public static Task CountIs(ILocator locator, int count) => Assertions.Expect(locator).ToHaveCountAsync(count, new() { Timeout = 20_000 });

    public static Task Says(ILocator locator, string text) => Assertions.Expect(locator).ToContainTextAsync(text, new() { Timeout = 20_000 });

    public async Task<int> HorizontalOverflow() => await Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");

    /// <summary>What axe-core finds that is serious or critical, or breaks a certain rule.</summary>
    public async Task<string[]> AxeFindings(string? rule = null)
    {
        await Page.EvaluateAsync(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "node_modules/axe-core/axe.min.js")));
        return await Page.EvaluateAsync<string[]>(
            "async rule => (await axe.run()).violations.filter(v => rule === null ? v.impact === 'serious' || v.impact === 'critical' : v.id === rule).map(v => v.id + ': ' + v.nodes.slice(0, 5).map(n => n.html.slice(0, 200) + ' ' + n.failureSummary).join(' | '))", rule);
    }
}
