using Microsoft.Playwright;
using RealtimeHello.Tests.Support;
using static RealtimeHello.Tests.Pages.InspectorPage;

namespace RealtimeHello.Tests.Pages;

/// <summary>What the search for a value says where it finds nothing.</summary>
public sealed class ValueSearchPageTests(Browser browser) : IDisposable
{
    private readonly ChatServer server = new();

    public void Dispose() => server.Dispose();

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task A_value_too_short_is_said_to_be_and_can_be_typed_on_at_once(int width, ColorScheme scheme)
    {
        await using var context = await browser.Open(width, 800, scheme);
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.Show("#find=ab");

        await Says(inspector.Page.Locator(".way-view .notice"), "A value has 3 to 200 characters here, and this one 2");
        await Assertions.Expect(inspector.Page.Locator("#q")).ToBeFocusedAsync();
        (await inspector.AxeFindings()).Should().BeEmpty();
        (await inspector.HorizontalOverflow()).Should().BeLessThanOrEqualTo(0);

        await inspector.Page.Locator("#q").PressAsync("End");
        await inspector.Page.Keyboard.TypeAsync("sent from everything");
        await inspector.Page.Keyboard.PressAsync("Enter");
        await Says(inspector.Page.Locator(".way-view .notice"), "searched, plain HTTP ones too");
        inspector.Complaints.Should().BeEmpty();
    }
}
