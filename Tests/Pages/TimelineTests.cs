using System.Globalization;
using Microsoft.Playwright;
using RealtimeHello.Tests.Support;
using static RealtimeHello.Tests.Pages.InspectorPage;

namespace RealtimeHello.Tests.Pages;

/// <summary>What a connection's timeline says of what it does not show.</summary>
public sealed class TimelineTests(Browser browser) : IDisposable
{
    private readonly ChatServer server = new();

    public void Dispose() => server.Dispose();

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task A_filter_that_hides_everything_says_so_and_is_cleared_there(int width, ColorScheme scheme)
    {
        await using var ada = await server.Connect("ada");
        await using var context = await browser.Open(width, 800, scheme);
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.OpenConnectionOf("ada");

        await inspector.Page.Locator("#q").FillAsync("nothing says this");
        await Says(inspector.Page.Locator(".timeline-side"), "The filter hides every event.");
        await Assertions.Expect(inspector.Page.Locator(".timeline")).ToBeHiddenAsync();
        (await inspector.AxeFindings()).Should().BeEmpty();
        (await inspector.HorizontalOverflow()).Should().BeLessThanOrEqualTo(0);
        await inspector.Page.GetByRole(AriaRole.Button, new() { Name = "Clear the filter" }).PressAsync("Enter");
        await inspector.TimelineRows.First.WaitForAsync();
        await Assertions.Expect(inspector.Page.Locator(".timeline")).ToBeFocusedAsync();
        await Assertions.Expect(inspector.Page.Locator("#q")).ToHaveValueAsync("");
        await Assertions.Expect(inspector.Page.Locator(".timeline-none")).ToBeHiddenAsync();
        inspector.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task A_paused_timeline_counts_what_came_since_apart_from_what_its_filter_hides()
    {
        await using var ada = await server.Connect("ada");
        await ada.Join("lobby");
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.OpenConnectionOf("ada");
        await inspector.IsLive();
        var count = inspector.Page.Locator("#count");

        await inspector.Page.Locator("#pause").ClickAsync();
        await ada.Post("lobby", "while it is paused");
        await Says(inspector.Page.Locator("#pause"), "new");
        var (shown, all, newer) = Numbers(await count.InnerTextAsync());
        (shown + newer).Should().Be(all, "everything but the new ones is shown");

        await inspector.Page.Locator("#filter-kind").SelectOptionAsync("upgraded");
        await Says(count, "1 of ");
        await inspector.Page.Locator("#pause").ClickAsync();
        await Assertions.Expect(count).Not.ToContainTextAsync("paused");
        await inspector.Page.Locator("#filter-kind").SelectOptionAsync("");
        await Assertions.Expect(count).Not.ToContainTextAsync(" of ");

        static (int Shown, int All, int Newer) Numbers(string text)
        {
            var found = System.Text.RegularExpressions.Regex.Match(text, @"^(\d+) of (\d+) events · paused, (\d+) came since$");
            found.Success.Should().BeTrue(text);
            return (Number(1), Number(2), Number(3));

            int Number(int at) => int.Parse(found.Groups[at].Value, CultureInfo.InvariantCulture);
        }
    }
}
