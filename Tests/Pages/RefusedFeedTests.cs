using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RealtimeHello.Inspector;
using RealtimeHello.Tests.Support;
using static RealtimeHello.Tests.Pages.InspectorPage;

namespace RealtimeHello.Tests.Pages;

/// <summary>A page to which the server gives no live feed.</summary>
public sealed class RefusedFeedTests(Browser browser)
{
    private const string Operator = "an-operator-token-of-the-test-0123456789";

    [Theory]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    public async Task Too_many_feeds_are_said_to_be_that_and_what_to_do_until_there_is_room(int width, ColorScheme scheme)
    {
        using var server = new ChatServer { Settings = [("Inspector:OperatorToken", Operator)] };
        server.Services.GetRequiredService<InspectorOptions>().MostFeedsOfOne = 1;
        using var http = server.Http();
        http.DefaultRequestHeaders.Authorization = new("Bearer", Operator);
        var taken = await http.GetAsync(new Uri("/inspect/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        await using var context = await browser.Open(width, 800, scheme);
        var inspector = await InspectorPage.AsOperator(context, server);

        await Says(inspector.Page.Locator("#feed"), "not live: too many feeds");
        await Says(inspector.Page.Locator("#feed-advice"), "Too many live feeds are open.");
        await Says(inspector.Page.Locator("#feed-advice"), "close one");
        (await inspector.AxeFindings()).Should().BeEmpty();
        (await inspector.HorizontalOverflow()).Should().BeLessThanOrEqualTo(0);

        taken.Dispose();
        await inspector.IsLive();
        await Assertions.Expect(inspector.Page.Locator("#feed-advice")).ToBeEmptyAsync();
        inspector.Complaints.Should().BeEmpty();
    }
}
