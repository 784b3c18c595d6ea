using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Playwright;
using RealtimeHello.Contracts;
using RealtimeHello.Tests.Support;
using static RealtimeHello.Tests.Pages.InspectorPage;

namespace RealtimeHello.Tests.Pages;

/// <summary>What the search for a value says of what it finds, and where it finds nothing or no beginning.</summary>
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

    [Fact]
    public async Task A_message_from_before_the_servers_start_is_shown_where_it_was_read_again_and_its_posting_is_said_not_to_be_recorded()
    {
        using var folder = new TemporaryFolder();
        var ids = new List<Guid>();
        await using (var before = new ChatServer { DataFolder = folder.Path })
        {
            await using var poster = await before.Connect("ada");
            await poster.InvokeAsync<RoomState>(nameof(IChatHub.JoinRoom), "lobby", null, TestContext.Current.CancellationToken);
            // The last of them stands behind what is shown of an answer.
            for (var i = 0; i < 4; i++)
            {
                ids.Add(Guid.CreateVersion7());
                await poster.InvokeAsync<PostReceipt>(nameof(IChatHub.PostMessage), "lobby", ids[i].ToString(), new string('x', 1_500), TestContext.Current.CancellationToken);
            }
        }

        await using var after = new ChatServer { DataFolder = folder.Path };
        await using var reader = await after.Connect("bob");
        await reader.InvokeAsync<RoomState>(nameof(IChatHub.JoinRoom), "lobby", null, TestContext.Current.CancellationToken);

        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, after, $"#find={ids[^1]}");
        await Says(inspector.Page.Locator(".way-note"), "Nothing that is recorded brought this value to the server: it came before this server started, or was forgotten by the journal, or the server made it itself. What is shown is where it was read later: in the answer to JoinRoom.");
        await Says(inspector.Page.Locator(".way-view > h2"), "X-ray of where it was read: in the answer to JoinRoom");
        await Says(inspector.Page.Locator(".way-moments"), "answer to JoinRoom");
        (await inspector.AxeFindings()).Should().BeEmpty();

        await inspector.Show($"#find={Guid.CreateVersion7()}");
        await Says(inspector.Page.Locator(".way-view .notice"), "If anything held it, that came before this server started, or was forgotten by the journal.");
        inspector.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task A_message_of_somebody_else_may_have_come_over_a_connection_that_is_not_ones_own()
    {
        await using var ada = await server.Connect("ada");
        var bob = await server.SignIn("bob");
        await using var bobs = server.Hub(bob);
        await bobs.StartAsync(TestContext.Current.CancellationToken);
        var id = await Posted(ada, bobs);

        await using var context = await browser.Open();
        await context.SetExtraHTTPHeadersAsync([new("Authorization", $"Bearer {bob.AccessToken}")]);
        var inspector = await InspectorPage.Open(context, server.Address, $"#find={id}");
        await Says(inspector.Page.Locator(".way-note"), "was forgotten by the journal, or went over a connection that is not yours, or the server made it itself. What is shown is where the server sent it: with MessagePosted(…).");
        await Says(inspector.Page.Locator(".way-view > h2"), "X-ray of where it was sent: with MessagePosted(…)");
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Whoever_is_not_drawn_is_listed_by_key_so_many_at_a_time_and_near_moments_have_exact_times(int width, ColorScheme scheme)
    {
        await using var ada = await server.Connect("ada");
        var bob = await server.SignIn("bob");
        var bobs = Enumerable.Range(0, 29).Select(_ => server.Hub(bob)).ToArray();
        await Task.WhenAll(bobs.Select(hub => hub.StartAsync()));
        var id = await Posted(ada, bobs);

        await using var context = await browser.Open(width, 900, scheme);
        var inspector = await InspectorPage.AsOperator(context, server, $"#find={id}");
        var page = inspector.Page;
        // What came in, was stored, delivered, answered, and came back to ada; then 29 deliveries, of which 4 have a lane.
        await Says(page.Locator(".way-view"), "34 events on 30 connections");
        await Says(page.Locator(".way-view > h2"), "X-ray of where it began: PostMessage");
        await CountIs(page.Locator(".way-note"), 0);
        await CountIs(page.Locator(".way-others li"), 0);
        var button = page.Locator(".way-more button");
        await Assertions.Expect(button).ToHaveTextAsync("And 25 more: list 20");
        await button.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await CountIs(page.Locator(".way-others li"), 20);
        await Assertions.Expect(button).ToBeFocusedAsync();
        await Assertions.Expect(button).ToHaveTextAsync("Another 5 more");
        await Says(page.Locator(".way-more [role=status]"), "20 of 25 listed");
        (await inspector.AxeFindings()).Should().BeEmpty();
        (await inspector.HorizontalOverflow()).Should().BeLessThanOrEqualTo(0);

        await page.Keyboard.PressAsync("Enter");
        await CountIs(page.Locator(".way-others li"), 25);
        await Assertions.Expect(page.Locator(".way-others li:nth-child(21) a")).ToBeFocusedAsync();
        await Assertions.Expect(button).ToBeHiddenAsync();
        // Deliveries of one message are far less than a millisecond apart.
        var times = await page.Locator(".way-others time").AllInnerTextsAsync();
        times.Should().HaveCount(25).And.OnlyHaveUniqueItems();

        await page.Keyboard.PressAsync("Enter");
        await Says(page.Locator("h1"), "X-ray: SignalR invocation");
        inspector.Complaints.Should().BeEmpty();
        foreach (var hub in bobs) await hub.DisposeAsync();
    }

    /// <summary>Has everybody join the lobby and the first post there; all have heard it. The id of the message.</summary>
    private static async Task<Guid> Posted(HubConnection poster, params HubConnection[] others)
    {
        var id = Guid.CreateVersion7();
        HubConnection[] all = [poster, .. others];
        foreach (var hub in all) await hub.InvokeAsync<RoomState>(nameof(IChatHub.JoinRoom), "lobby", null, TestContext.Current.CancellationToken);
        var heard = all.Select(hub => new Inbox<ChatMessage>(hub, nameof(IChatClient.MessagePosted))).ToArray();
        await poster.InvokeAsync<PostReceipt>(nameof(IChatHub.PostMessage), "lobby", id.ToString(), "hello", TestContext.Current.CancellationToken);
        foreach (var inbox in heard) await inbox.Next();
        return id;
    }
}
