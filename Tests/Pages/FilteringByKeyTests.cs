using Microsoft.Playwright;
using RealtimeHello.Tests.Support;
using static RealtimeHello.Tests.Pages.InspectorPage;

namespace RealtimeHello.Tests.Pages;

/// <summary>What keys do in and behind the inspector's text filters.</summary>
public sealed class FilteringByKeyTests(Browser browser) : IDisposable
{
    private readonly ChatServer server = new();

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task Escape_clears_a_text_filter_and_leaves_an_empty_one()
    {
        await using var ada = await server.Connect("ada");
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.RowOf("ada").WaitForAsync();
        await EscapeClears(inspector, () => Says(inspector.Page.Locator("#notice"), "None of them match"), () => inspector.RowOf("ada").WaitForAsync());

        await inspector.OpenConnectionOf("ada");
        await EscapeClears(inspector, () => Says(inspector.Page.Locator(".timeline-side"), "The filter hides every event."), () => inspector.TimelineRows.First.WaitForAsync());
        inspector.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task The_key_X_rays_the_event_that_is_shown_though_the_filter_hides_its_row()
    {
        await using var ada = await server.Connect("ada");
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.OpenConnectionOf("ada");
        await inspector.TimelineRows.Nth(2).ClickAsync();
        var link = (await inspector.Page.Locator(".preview a").GetAttributeAsync("href"))!;

        await inspector.Page.Locator("#q").FillAsync("nothing says this");
        await Says(inspector.Page.Locator(".timeline-side"), "The filter hides every event.");
        await inspector.Page.Locator("#pause").FocusAsync();
        await inspector.Page.Keyboard.PressAsync("x");

        new Uri(inspector.Page.Url).Fragment.Should().Be(link);
    }

    private static async Task EscapeClears(InspectorPage inspector, Func<Task> isFiltered, Func<Task> isOpen)
    {
        var field = inspector.Page.Locator("#q");
        await field.FillAsync("nothing says this");
        await isFiltered();
        inspector.Page.Url.Should().Contain("q=nothing");
        await field.PressAsync("Escape");
        await isOpen();
        await Assertions.Expect(field).ToHaveValueAsync("");
        await Assertions.Expect(field).ToBeFocusedAsync();
        inspector.Page.Url.Should().NotContain("q=");
        await field.PressAsync("Escape");
        await Assertions.Expect(field).Not.ToBeFocusedAsync();
    }
}
