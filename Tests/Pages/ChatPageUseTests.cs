using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Playwright;
using RealtimeHello.Contracts;
using RealtimeHello.Tests.Client;
using RealtimeHello.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace RealtimeHello.Tests.Pages;

/// <summary>How people use the chat page: by keyboard, beside a terminal, far up in the history, and while things go wrong.</summary>
public sealed class ChatPageUseTests(Browser browser)
{
    [Fact]
    public async Task The_keyboard_alone_signs_in_posts_changes_rooms_and_opens_the_x_ray()
    {
        await using var folder = new TemporaryServer();
        await using var context = await browser.Open();
        var chat = await ChatPage.Open(context, await folder.Start());
        var keys = chat.Page.Keyboard;

        await Expect(chat.Page.GetByTestId("name-input")).ToBeFocusedAsync();
        await keys.TypeAsync("ada");
        await keys.PressAsync("Enter");
        await chat.IsConnected();
        await Expect(chat.Page.GetByTestId("composer")).ToBeFocusedAsync();
        await keys.TypeAsync("first line");
        await keys.PressAsync("Shift+Enter");
        await keys.TypeAsync("second line");
        await keys.PressAsync("Enter");
        await chat.Shows("first line\nsecond line", 1);

        await TabTo(chat, chat.Page.GetByTestId("new-room-input"), "Shift+Tab");
        await keys.TypeAsync("side");
        await keys.PressAsync("Enter");
        await Expect(chat.Page.Locator("#room-title")).ToHaveTextAsync("#side");
        await Expect(chat.Page.GetByTestId("composer")).ToBeFocusedAsync();
        await keys.PressAsync("Alt+ArrowUp");
        await Expect(chat.Page.Locator("#room-title")).ToHaveTextAsync("#lobby");

        await TabTo(chat, chat.Page.Locator(".message[data-number=\"1\"]"), "Shift+Tab");
        var opened = await context.RunAndWaitForPageAsync(() => keys.PressAsync("x"));
        opened.Url.Should().Contain("/inspect#find=");
        await keys.PressAsync("?");
        await Expect(chat.Page.GetByTestId("help-dialog")).ToBeVisibleAsync();
        await keys.PressAsync("Escape");
        await Expect(chat.Page.GetByTestId("help-dialog")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task On_a_phone_too_a_room_that_was_named_is_written_to_next()
    {
        await using var folder = new TemporaryServer();
        await using var context = await browser.Open(390);
        var chat = await ChatPage.SignedIn(context, await folder.Start(), "ada");
        await chat.Page.GetByTestId("rooms-toggle").ClickAsync();
        await chat.Page.GetByTestId("new-room-input").FillAsync("side");
        await chat.Page.Keyboard.PressAsync("Enter");

        await Expect(chat.Page.GetByTestId("composer")).ToBeFocusedAsync();
        await chat.Page.Keyboard.TypeAsync("hello");
        await chat.Page.Keyboard.PressAsync("Enter");
        await chat.Shows("hello", 1);
        await Expect(chat.Page.Locator("#room-title")).ToHaveTextAsync("#side");
    }

    [Fact]
    public async Task The_room_that_is_open_is_marked_over_the_whole_row()
    {
        await using var folder = new TemporaryServer();
        await using var context = await browser.Open();
        var chat = await ChatPage.SignedIn(context, await folder.Start(), "ada");

        var shades = await chat.Page.Locator("#joined-rooms li").EvaluateAsync<string[]>(
            "row => ['left', 'right'].map(side => { const at = row.getBoundingClientRect(); const shown = document.elementFromPoint(side === 'left' ? at.left + 4 : at.right - 4, at.top + at.height / 2);"
            + " for (let e = shown; e; e = e.parentElement) { const shade = getComputedStyle(e).backgroundColor; if (shade !== 'rgba(0, 0, 0, 0)') return shade; } return ''; })");
        shades[0].Should().Be(shades[1]).And.NotBeEmpty();
    }

    [Fact]
    public async Task Who_comes_back_to_the_messages_begins_with_the_newest_and_only_the_message_in_use_has_stops_for_its_links()
    {
        await using var folder = new TemporaryServer();
        await using var context = await browser.Open();
        var chat = await ChatPage.SignedIn(context, await folder.Start(), "ada");
        for (var i = 1; i <= 3; i++)
        {
            await chat.Post($"see https://example.org/{i}");
            await chat.Shows($"see https://example.org/{i}", i);
        }

        var keys = chat.Page.Keyboard;
        ILocator Message(int number) => chat.Page.Locator($".message[data-number=\"{number}\"]");
        await chat.Page.GetByTestId("composer").FocusAsync();
        await keys.PressAsync("Shift+Tab");
        await Expect(Message(3)).ToBeFocusedAsync();
        await keys.PressAsync("ArrowUp");
        await keys.PressAsync("ArrowUp");
        await Expect(Message(1)).ToBeFocusedAsync();
        await keys.PressAsync("Tab");
        await Expect(Message(1).Locator(".text a")).ToBeFocusedAsync();
        await keys.PressAsync("Tab");
        await Expect(Message(1).Locator(".x-ray")).ToBeFocusedAsync();
        await keys.PressAsync("Tab");
        await Expect(chat.Page.GetByTestId("composer")).ToBeFocusedAsync();
        await keys.PressAsync("Shift+Tab");
        await Expect(Message(3)).ToBeFocusedAsync();

        // x is the message's, wherever in it the focus is.
        await keys.PressAsync("ArrowUp");
        await keys.PressAsync("Tab");
        var opened = await context.RunAndWaitForPageAsync(() => keys.PressAsync("x"));
        opened.Url.Should().EndWith("/inspect#find=" + await Message(2).GetAttributeAsync("data-id"));
    }

    [Fact]
    public async Task On_a_phone_the_X_ray_shows_on_the_message_that_was_tapped_alone()
    {
        await using var folder = new TemporaryServer();
        var server = await folder.Start();
        await using var desk = await browser.Open(390);
        await ChatPage.SignedIn(desk, server, "ada");
        await using var context = await desk.Browser!.NewContextAsync(new() { ViewportSize = new() { Width = 390, Height = 800 }, HasTouch = true, IsMobile = true, StorageState = await desk.StorageStateAsync() });
        var chat = await ChatPage.Open(context, server);
        await chat.IsConnected();
        foreach (var text in new[] { "one", "two" }) await chat.Post(text);
        await chat.Shows("two", 2);
        await chat.Page.GetByTestId("composer").FocusAsync();
        await Expect(Actions(1)).ToHaveCSSAsync("opacity", "0");
        var room = await chat.Page.Locator(".message[data-number=\"2\"]").EvaluateAsync<double>("row => row.getBoundingClientRect().height");
        room.Should().BeLessThan(32, "nothing stands below the text");

        await chat.Page.Locator(".message[data-number=\"1\"] .text").TapAsync();
        await Expect(Actions(1)).ToHaveCSSAsync("opacity", "1");
        await Expect(Actions(2)).ToHaveCSSAsync("opacity", "0");
        var opened = await context.RunAndWaitForPageAsync(() => Actions(1).GetByRole(AriaRole.Link).TapAsync());
        opened.Url.Should().Contain("/inspect#find=");

        ILocator Actions(int number) => chat.Page.Locator($".message[data-number=\"{number}\"] .actions");
    }

    [Fact]
    public async Task On_a_phone_the_header_says_the_whole_state()
    {
        await using var folder = new TemporaryServer();
        await using var context = await browser.Open(390);
        var chat = await ChatPage.SignedIn(context, await folder.Start(), "ada");

        (await chat.Page.Locator("#status .word").EvaluateAsync<bool>("word => word.scrollWidth <= word.clientWidth")).Should().BeTrue();
    }

    [Fact]
    public async Task The_page_and_the_console_client_read_each_other()
    {
        await using var folder = new TemporaryServer();
        var server = await folder.Start();
        await using var context = await browser.Open();
        var chat = await ChatPage.SignedIn(context, server, "ada");
        await chat.Post("hello from the browser");
        await chat.Shows("hello from the browser", 1);
        using var home = new TemporaryFolder();

        var (exitCode, output, errors) = await ConsoleRun.Piped(home.Path, "hello from the console\n", "chat", "--server", server.ToString(), "--name", "bob", "--room", "lobby", "--history", "10");

        exitCode.Should().Be(0, errors);
        output.Should().Be("#lobby 1 ada: hello from the browser\n#lobby 2 bob: hello from the console\n");
        await chat.Shows("hello from the console", 2);
    }

    [Fact]
    public async Task Scrolling_up_reads_older_messages_and_keeps_the_place()
    {
        await using var folder = new TemporaryServer();
        var server = await folder.Start();
        await using (var bob = await folder.Connect("bob"))
        {
            await bob.InvokeAsync<RoomState>(nameof(IChatHub.JoinRoom), "lobby", null, TestContext.Current.CancellationToken);
            for (var i = 1; i <= 200; i++)
                await bob.InvokeAsync<PostReceipt>(nameof(IChatHub.PostMessage), "lobby", Guid.CreateVersion7().ToString(), $"message {i}", TestContext.Current.CancellationToken);
        }

        await using var context = await browser.Open();
        var chat = await ChatPage.SignedIn(context, server, "ada");
        await chat.Shows("message 200", 200);
        await Expect(chat.Page.Locator(".message[data-number=\"100\"]")).ToHaveCountAsync(0);

        // To where the history is read on; what was at the top then stays where it is.
        await chat.Page.EvaluateAsync("() => { document.getElementById('scroller').scrollTop = 400; }");
        var top = await chat.Page.EvaluateAsync<string>(
            """
            () => {
              const scroller = document.getElementById('scroller');
              const row = [...document.querySelectorAll('.message')].find(each => each.getBoundingClientRect().bottom > scroller.getBoundingClientRect().top);
              return `${row.dataset.number} ${Math.round(row.getBoundingClientRect().top)}`;
            }
            """);
        await Expect(chat.Page.Locator(".message[data-number=\"100\"]")).ToHaveCountAsync(1, new() { Timeout = 20_000 });

        var after = await chat.Page.EvaluateAsync<double>("number => document.querySelector(`.message[data-number=\"${number}\"]`).getBoundingClientRect().top", top.Split(' ')[0]);
        after.Should().BeApproximately(double.Parse(top.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), 2);
        await chat.Page.GetByTestId("jump-new").ClickAsync();
        await Expect(chat.Page.Locator(".message[data-number=\"200\"]")).ToBeInViewportAsync();
    }

    [Fact]
    public async Task Other_rooms_count_what_is_unread()
    {
        await using var folder = new TemporaryServer();
        await using var context = await browser.Open();
        var chat = await ChatPage.SignedIn(context, await folder.Start(), "ada");
        await chat.Page.GetByTestId("new-room-input").FillAsync("side");
        await chat.Page.GetByTestId("new-room-button").ClickAsync();
        await Expect(chat.Page.Locator("#room-title")).ToHaveTextAsync("#side");
        await using var bob = await folder.Connect("bob");
        await bob.InvokeAsync<RoomState>(nameof(IChatHub.JoinRoom), "lobby", null, TestContext.Current.CancellationToken);
        for (var i = 0; i < 3; i++)
            await bob.InvokeAsync<PostReceipt>(nameof(IChatHub.PostMessage), "lobby", Guid.CreateVersion7().ToString(), "psst", TestContext.Current.CancellationToken);

        var lobby = chat.Page.GetByTestId("room-list").GetByRole(AriaRole.Button, new() { NameRegex = new System.Text.RegularExpressions.Regex("lobby.*3 unread") });
        await Expect(lobby).ToBeVisibleAsync();
        await Expect(chat.Page).ToHaveTitleAsync(new System.Text.RegularExpressions.Regex(@"^\(3\) #side"));
        await lobby.ClickAsync();
        await chat.Shows("psst", 3);
        await Expect(chat.Page.Locator(".badge")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_server_that_stops_says_so_on_the_page_with_a_countdown()
    {
        await using var folder = new TemporaryServer();
        var server = await folder.Start();
        await using var context = await browser.Open();
        var chat = await ChatPage.SignedIn(context, server, "ada");
        await folder.Signal("TERM");

        await Expect(chat.Page.Locator("#banner-text")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"Reconnecting in \d+ s\."), new() { Timeout = 20_000 });
        await Expect(chat.Page.GetByTestId("connection-state")).ToContainTextAsync("Server restarting");
        await folder.Start(server);
        await chat.IsConnected();
        await Expect(chat.Page.Locator("#banner")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Whoever_could_not_be_signed_out_is_told_and_can_try_again()
    {
        await using var folder = new TemporaryServer();
        var server = await folder.Start();
        await using var context = await browser.Open();
        var chat = await ChatPage.SignedIn(context, server, "ada");
        var leave = chat.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" });
        var told = chat.Page.GetByRole(AriaRole.Dialog, new() { Name = "You are still signed in" });
        await folder.Stop();

        await leave.ClickAsync();
        await Expect(told).ToContainTextAsync("The server does not answer.", new() { Timeout = 20_000 });
        await chat.Page.Keyboard.PressAsync("Enter");
        await Expect(told).ToBeHiddenAsync();
        await folder.Start(server);
        await chat.Page.EvaluateAsync("() => dispatchEvent(new Event('online'))");
        await chat.IsConnected();
        await leave.ClickAsync();

        await Expect(chat.Page.GetByTestId("name-input")).ToBeVisibleAsync();
        await chat.Page.ReloadAsync();
        await Expect(chat.Page.GetByTestId("name-input")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_refused_message_stays_with_its_reason_and_can_be_discarded()
    {
        await using var folder = new TemporaryServer();
        await using var context = await browser.Open();
        var chat = await ChatPage.SignedIn(context, await folder.Start(), "ada");
        // The page itself lets no such text through; a kept outbox may hold anything.
        await chat.Page.EvaluateAsync(
            """
            () => sessionStorage.setItem('outbox:ada', JSON.stringify([{ room: 'lobby', id: crypto.randomUUID(), text: 'bell \u0007', madeAt: new Date().toISOString(), state: 'waiting', trouble: '', tries: 0 }]))
            """);
        await chat.Page.ReloadAsync();

        var failed = chat.Page.Locator(".message.failed");
        await Expect(failed).ToContainTextAsync("Not sent.", new() { Timeout = 20_000 });
        await Expect(failed.GetByRole(AriaRole.Button, new() { Name = "Retry" })).ToBeVisibleAsync();
        await chat.Post("this one is fine");
        await chat.Shows("this one is fine", 1);
        await failed.GetByRole(AriaRole.Button, new() { Name = "Discard" }).ClickAsync();
        await Expect(failed).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task The_page_shows_the_layers_of_its_own_connection_and_not_of_another_tabs(int width)
    {
        await using var folder = new TemporaryServer();
        var server = await folder.Start();
        await using var context = await browser.Open(width);
        var chat = await ChatPage.SignedIn(context, server, "ada");
        var other = await ChatPage.Open(context, server);
        await other.IsConnected();

        await chat.Page.GetByTestId("layers-toggle").ClickAsync();
        var panel = chat.Page.GetByTestId("connection-panel");
        await Expect(panel.Locator("li[data-layer]")).ToHaveCountAsync(7, new() { Timeout = 20_000 });
        await Expect(panel.Locator("li[data-layer=\"webSocket\"]")).ToHaveAttributeAsync("data-state", "open");
        await Expect(panel.Locator("li[data-layer=\"tls\"]")).ToHaveAttributeAsync("data-state", "absent");
        // In the inspector's own words.
        await Expect(panel.Locator("li[data-layer=\"tls\"]")).ToContainTextAsync("not used");
        await Expect(panel.Locator("li[data-layer=\"application\"] strong")).ToHaveTextAsync("Application");
        await Expect(panel.Locator("li[data-layer=\"tcp\"]")).ToContainTextAsync(new System.Text.RegularExpressions.Regex(@"bytes← \d,\d{3} B  → \d,\d{3} B"));
        (await chat.AxeFindings()).Should().BeEmpty();
        (await chat.HorizontalOverflow()).Should().BeLessThanOrEqualTo(0);

        await other.Page.GetByTestId("layers-toggle").ClickAsync();
        await Expect(other.Page.Locator("#connection-link")).ToBeVisibleAsync(new() { Timeout = 20_000 });
        (await other.Page.Locator("#connection-link").GetAttributeAsync("href")).Should().NotBe(await chat.Page.Locator("#connection-link").GetAttributeAsync("href"));
        await chat.Page.Keyboard.PressAsync("Escape");
        chat.Complaints.Should().BeEmpty();
    }

    /// <summary>Presses Tab until an element has the focus; it must be within reach.</summary>
    private static async Task TabTo(ChatPage chat, ILocator target, string key)
    {
        for (var presses = 0; presses < 40; presses++)
        {
            if (await target.EvaluateAsync<bool>("element => element === document.activeElement")) return;
            await chat.Page.Keyboard.PressAsync(key);
        }

        throw new InvalidOperationException($"{key} never came to {target}.");
    }
}
