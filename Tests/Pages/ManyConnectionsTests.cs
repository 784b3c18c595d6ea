using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Recording;
using RealtimeHello.Tests.Support;
using static RealtimeHello.Tests.Pages.InspectorPage;

namespace RealtimeHello.Tests.Pages;

/// <summary>The list of connections where there are more than it reads at once.</summary>
public sealed class ManyConnectionsTests(Browser browser) : IDisposable
{
    private readonly ChatServer server = new();

    private Journal Journal => server.Services.GetRequiredService<Journal>();

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task Open_connections_behind_hundreds_of_closed_ones_are_all_in_the_list_and_change_there()
    {
        for (var i = 0; i < 520; i++) new RecordedConversation(Journal, $"O{i}").Upgrade();
        var open = new RecordedConversation(Journal, "OPEN").Upgrade();
        open.Recorder.BelongsTo("1", "ada");
        CloseMany(600);
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);

        await Says(inspector.RowOf("ada"), "open");
        await Says(inspector.Page.Locator("#count"), "521 open, 500 recent, older ones not loaded · the first 521 drawn");
        await CountIs(inspector.Rows, 521);
        open.Recorder.Close();
        await Assertions.Expect(inspector.RowOf("ada")).ToHaveCountAsync(0, new() { Timeout = 20_000 });
        inspector.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task Older_ones_are_loaded_by_keyboard_sorted_with_the_others_and_the_button_goes_with_the_last()
    {
        new RecordedConversation(Journal, "OLDEST").Upgrade().Recorder.Close();
        CloseMany(1100);
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await CountIs(inspector.Rows, 500);
        var older = inspector.Page.GetByRole(AriaRole.Button, new() { Name = "Load older" });

        await inspector.Rows.Last.FocusAsync();
        await inspector.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(older).ToBeFocusedAsync();
        await inspector.Page.Keyboard.PressAsync("Enter");
        await CountIs(inspector.Rows, 1000);
        await Assertions.Expect(older).ToBeFocusedAsync();
        await inspector.Page.Keyboard.PressAsync("Enter");
        await CountIs(inspector.Rows, 1101);
        await Assertions.Expect(older).ToBeHiddenAsync();
        await Assertions.Expect(inspector.Rows.Last).ToBeFocusedAsync();

        await inspector.Page.Locator("[data-sort=opened]").ClickAsync();
        await Says(inspector.Rows.First, "OLDEST");
        new RecordedConversation(Journal, "NEWEST").Upgrade().Recorder.BelongsTo("2", "bob");
        await Says(inspector.RowOf("bob"), "open");
        inspector.Complaints.Should().BeEmpty();
    }

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

    [Fact]
    public async Task A_filter_finds_what_is_not_loaded_and_offers_what_it_hides()
    {
        var old = new RecordedConversation(Journal, "OLD").Upgrade();
        old.Recorder.BelongsTo("1", "ada");
        old.Recorder.Close();
        CloseMany(600);
        var recent = new RecordedConversation(Journal, "RECENT").Upgrade();
        recent.Recorder.BelongsTo("2", "bob");
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await CountIs(inspector.Rows, 500);

        await inspector.Page.Locator("#q").FillAsync("ADA");
        await CountIs(inspector.Rows, 1);
        await Says(inspector.Rows, "OLD");
        await Says(inspector.Page.Locator("#count"), "1 match: 0 open, 1 recent");
        await Assertions.Expect(inspector.Page.Locator("#older")).ToBeHiddenAsync();

        await inspector.Page.Locator("#q").FillAsync("");
        await inspector.Page.Locator("#filter-user").SelectOptionAsync("ada");
        await inspector.Page.Locator("#filter-state").SelectOptionAsync("closed");
        await CountIs(inspector.Rows, 1);
        await inspector.Page.Locator("#filter-user").SelectOptionAsync(new SelectOptionValue { Label = "nobody" });
        await CountIs(inspector.Rows, 500);
        await inspector.Page.Locator("#filter-state").SelectOptionAsync("");
        await inspector.Page.Locator("#filter-user").SelectOptionAsync("bob");
        await CountIs(inspector.Rows, 1);
        await Says(inspector.Rows, "RECENT");

        await inspector.Show("#connections?user=ada&path=/chat&cause=network_reset");
        await Says(inspector.Page.Locator("#notice"), "None of them match");
        inspector.Complaints.Should().BeEmpty();
    }

    private void CloseMany(int count)
    {
        for (var i = 0; i < count; i++) new RecordedConversation(Journal, $"C{i}").Upgrade().Recorder.Close();
    }
}
