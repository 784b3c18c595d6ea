using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Recording;
using RealtimeHello.Tests.Support;
using static RealtimeHello.Tests.Pages.InspectorPage;

namespace RealtimeHello.Tests.Pages;

/// <summary>The way to older connections where open ones alone are more than the list reads at once.</summary>
public sealed class OlderConnectionsTests(Browser browser) : IDisposable
{
    private readonly ChatServer server = new();

    private Journal Journal => server.Services.GetRequiredService<Journal>();

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task One_press_brings_older_ones_where_the_next_page_holds_only_open_ones_that_are_shown_already()
    {
        for (var i = 0; i < 60; i++) new RecordedConversation(Journal, $"C{i}").Upgrade().Recorder.Close();
        for (var i = 0; i < 1010; i++) new RecordedConversation(Journal, $"O{i}").Upgrade();
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await CountIs(inspector.Rows, 1010);

        await inspector.Page.GetByRole(AriaRole.Button, new() { Name = "Load older" }).ClickAsync();

        await CountIs(inspector.Rows, 1070);
        await Assertions.Expect(inspector.Page.Locator("#older")).ToBeHiddenAsync();
        inspector.Complaints.Should().BeEmpty();
    }
}
