using Microsoft.Playwright;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Pages;

/// <summary>What a phone shows, and what it tells who does not see it.</summary>
public sealed class NarrowPageTests(Browser browser) : IDisposable
{
    private readonly ChatServer server = new();

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task What_can_be_done_with_a_message_does_not_cover_who_wrote_it()
    {
        await using var context = await browser.Open(390);
        var chat = await ChatPage.SignedIn(context, server.Address, "Wilhelmina-of-the-hills1");
        await chat.Post("hello");
        await chat.Shows("hello", 1);
        var message = chat.Page.Locator(".message[data-number='1']");
        await message.Locator(".text").ClickAsync();
        await Assertions.Expect(message.Locator(".actions")).ToHaveCSSAsync("opacity", "1");

        var bar = await Box(message.Locator(".actions"));
        foreach (var part in (string[])[".author bdi", ".author .you", ".author time"])
        {
            var covered = await Box(message.Locator(part));
            (covered.X + covered.Width <= bar.X || covered.Y >= bar.Y + bar.Height).Should().BeTrue($"{part} at {covered.X}+{covered.Width} is beside or below the bar at {bar.X}");
        }

        (await chat.HorizontalOverflow()).Should().BeLessThanOrEqualTo(0);
    }

    [Theory]
    [InlineData(390, "Sort by Bytes")]
    [InlineData(1440, "Bytes")]
    public async Task The_list_says_how_it_is_sorted_and_what_sorts_it(int width, string name)
    {
        await using var ada = await server.Connect("ada");
        await using var context = await browser.Open(width);
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.RowOf("ada").WaitForAsync();
        var heads = inspector.Page.Locator("th");
        await Assertions.Expect(inspector.Page.Locator("th[aria-sort=none]")).ToHaveCountAsync(await heads.CountAsync());

        await inspector.Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();
        await Assertions.Expect(inspector.Page.Locator("th[aria-sort=ascending]")).ToHaveCountAsync(1);
        await Assertions.Expect(inspector.Page.Locator("th[aria-sort=none]")).ToHaveCountAsync(await heads.CountAsync() - 1);
        (await inspector.HorizontalOverflow()).Should().BeLessThanOrEqualTo(0);
    }

    [Fact]
    public async Task Landmarks_can_be_told_apart()
    {
        await using var ada = await server.Connect("ada");
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.RowOf("ada").WaitForAsync();
        (await inspector.AxeFindings("landmark-unique")).Should().BeEmpty();
        await inspector.OpenConnectionOf("ada");
        (await inspector.AxeFindings("landmark-unique")).Should().BeEmpty();
        await inspector.Show("#find=lobby");
        await inspector.Page.Locator("h1").WaitForAsync();
        (await inspector.AxeFindings("landmark-unique")).Should().BeEmpty();
        await inspector.Show("#doctor");
        (await inspector.AxeFindings("landmark-unique")).Should().BeEmpty();
    }

    private static async Task<LocatorBoundingBoxResult> Box(ILocator locator) => (await locator.BoundingBoxAsync())!;
}
