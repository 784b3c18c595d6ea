using Microsoft.Playwright;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Pages;

public sealed class HelloPageTests(Browser browser)
{
    [Fact]
    public async Task A_typed_hello_is_shown_bit_by_bit_as_the_server_recorded_it_both_ways_and_so_is_the_close()
    {
        await using var folder = new TemporaryServer();
        await using var context = await browser.Open();
        var (page, complaints) = await Open(context, await folder.Start());
        await Connect(page);
        await page.GetByTestId("send").ClickAsync();

        await Shows(page, "frame: text 5 B, masked", "message: text, 5 B: hello", "frame: text 5 B", "message: text, 5 B: hello");
        await Assertions.Expect(page.GetByTestId("source")).ToHaveTextAsync("recorded by the server");
        var detail = page.GetByTestId("detail");
        await Assertions.Expect(detail).ToContainTextAsync("WebSocket frame");
        await Assertions.Expect(detail.Locator(".bit-cell[data-field=opcode] .bit-digits")).ToHaveTextAsync("0001");
        await Assertions.Expect(detail.Locator(".bit-cell[data-field=mask] .bit-digits")).ToHaveTextAsync("1");
        await Assertions.Expect(detail.Locator(".unmasking [data-part=text]")).ToContainTextAsync("hello");
        await Assertions.Expect(detail.Locator(".bytes")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^81 85( [0-9a-f]{2}){9} ?$"));
        (await detail.Locator("a[href*='rfc6455']").CountAsync()).Should().BeGreaterThan(5);

        await page.Locator(".event", new() { HasText = "frame: text 5 B" }).Last.ClickAsync();
        await Assertions.Expect(detail.Locator(".bytes")).ToHaveTextAsync("81 05 68 65 6c 6c 6f ");
        await page.Locator(".event", new() { HasText = "request" }).ClickAsync();
        await Assertions.Expect(detail).ToContainTextAsync("Sec-WebSocket-Key:");
        await Assertions.Expect(detail).ToContainTextAsync("watch=****");

        await page.GetByTestId("code").FillAsync("4001");
        await page.GetByTestId("reason").FillAsync("bye");
        await page.GetByTestId("close").ClickAsync();
        await Assertions.Expect(page.GetByTestId("state")).ToHaveTextAsync("Closed: this page sent Close 4001, bye, and the server answered with the same.");
        await Shows(page, "close: close 4001", "close: close 4001", "closed: The client closed the WebSocket");
        await Assertions.Expect(detail).ToContainTextAsync("4001, the first two bytes of the payload");
        complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task Bytes_are_sent_as_bytes_and_hostile_text_stays_text()
    {
        await using var folder = new TemporaryServer();
        await using var context = await browser.Open();
        var (page, complaints) = await Open(context, await folder.Start());
        await Connect(page);
        const string Hostile = "<img src=x onerror=\"document.title='owned'\">";
        await page.GetByTestId("text").FillAsync(Hostile);
        await page.GetByTestId("text").PressAsync("Enter");
        await Shows(page, $"B: {Hostile}");
        await page.GetByTestId("binary").CheckAsync();
        await page.GetByTestId("text").FillAsync("0");
        await page.GetByTestId("send").ClickAsync();
        await Assertions.Expect(page.Locator("#send-trouble")).ToBeVisibleAsync();
        await page.GetByTestId("text").FillAsync("00 ff");
        await page.GetByTestId("send").ClickAsync();

        await Shows(page, "frame: binary 2 B, masked", "frame: binary 2 B");
        (await page.TitleAsync()).Should().NotContain("owned");
        complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task Other_servers_bad_codes_and_paths_without_a_websocket_are_explained_in_place()
    {
        await using var folder = new TemporaryServer();
        await using var context = await browser.Open();
        var server = await folder.Start();
        var (page, _) = await Open(context, server);
        await page.GetByTestId("address").FillAsync("wss://echo.example.org/ws");
        await page.GetByTestId("connect").ClickAsync();
        await Assertions.Expect(page.Locator("#address-trouble")).ToContainTextAsync("hello wss://echo.example.org/ws");

        await page.GetByTestId("address").FillAsync($"ws://{server.Authority}/nothing");
        await page.GetByTestId("connect").ClickAsync();
        await Assertions.Expect(page.GetByTestId("state")).ToContainTextAsync("No WebSocket there");

        await page.GetByTestId("address").FillAsync("/hello");
        await Connect(page);
        await page.GetByTestId("code").FillAsync("1001");
        await page.GetByTestId("close").ClickAsync();
        await Assertions.Expect(page.Locator("#close-trouble")).ToContainTextAsync("3000 to 4999");
    }

    [Fact]
    public async Task The_keyboard_alone_says_hello_and_the_first_one_opens_the_WebSocket()
    {
        await using var folder = new TemporaryServer();
        await using var context = await browser.Open();
        var (page, complaints) = await Open(context, await folder.Start());
        var keys = page.Keyboard;
        await Assertions.Expect(page.GetByTestId("text")).ToBeFocusedAsync();

        await keys.TypeAsync("first");
        await keys.PressAsync("Enter");
        await keys.TypeAsync("second");
        await keys.PressAsync("Enter");
        await Shows(page, "message: text, 5 B: first", "message: text, 6 B: second");
        await Assertions.Expect(page.GetByTestId("state")).ToHaveAttributeAsync("data-state", "open");

        await page.GetByTestId("close").ClickAsync();
        await Assertions.Expect(page.GetByTestId("state")).ToHaveAttributeAsync("data-state", "closed");
        await page.GetByTestId("text").FillAsync("again");
        await page.GetByTestId("send").ClickAsync();
        await Shows(page, "message: text, 5 B: again");
        await keys.TypeAsync("replaced");
        await Assertions.Expect(page.GetByTestId("text")).ToHaveValueAsync("replaced");
        complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task What_can_not_be_sent_is_not_sent_later_either()
    {
        await using var folder = new TemporaryServer();
        await using var context = await browser.Open();
        var (page, _) = await Open(context, await folder.Start());
        await page.GetByTestId("address").FillAsync("/nothing");
        await page.GetByTestId("text").FillAsync("lost");
        await page.GetByTestId("send").ClickAsync();
        await Assertions.Expect(page.GetByTestId("state")).ToContainTextAsync("No WebSocket there");
        await Assertions.Expect(page.GetByTestId("text")).ToHaveValueAsync("lost");

        await page.GetByTestId("address").FillAsync("/hello");
        await Connect(page);
        await page.GetByTestId("text").FillAsync("kept");
        await page.GetByTestId("send").ClickAsync();
        await Shows(page, "message: text, 4 B: kept");
        await Assertions.Expect(page.GetByTestId("events")).Not.ToContainTextAsync("lost");
    }

    [Fact]
    public async Task Where_nothing_is_recorded_the_page_shows_messages_alone_and_says_so()
    {
        using var data = new TemporaryFolder();
        await using var server = await ChatServerProcess.Start(data.Path, "http://127.0.0.1:0", "--Inspector:Enabled=false");
        await using var context = await browser.Open();
        var (page, _) = await Open(context, server.Address);
        await Connect(page);
        await page.GetByTestId("send").ClickAsync();

        await Assertions.Expect(page.GetByTestId("source")).ToHaveTextAsync("as the browser tells: messages only");
        await Shows(page, "→message: text, 5 B: hello", "←message: text, 5 B: hello");
        await Assertions.Expect(page.Locator(".bit-cell")).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    [InlineData(320, ColorScheme.Light)]
    public async Task It_fits_the_screen_and_axe_finds_nothing_serious(int width, ColorScheme scheme)
    {
        await using var folder = new TemporaryServer();
        await using var context = await browser.Open(width, 800, scheme);
        var (page, _) = await Open(context, await folder.Start());
        (await AxeFindings(page)).Should().BeEmpty();
        await Connect(page);
        await page.GetByTestId("text").FillAsync(new string('w', 300));
        await page.Keyboard.PressAsync("Enter");
        await Shows(page, "frame: text 300 B, masked");

        (await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")).Should().BeLessThanOrEqualTo(0);
        (await AxeFindings(page)).Should().BeEmpty();
    }

    private static async Task<(IPage Page, List<string> Complaints)> Open(IBrowserContext context, Uri server)
    {
        var page = await context.NewPageAsync();
        List<string> complaints = [];
        page.Console += (_, message) =>
        {
            if (message.Type == "error") complaints.Add(message.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
        await page.GotoAsync(new Uri(server, "/hello").ToString());
        return (page, complaints);
    }

    private static async Task Connect(IPage page)
    {
        await page.GetByTestId("connect").ClickAsync();
        await Assertions.Expect(page.GetByTestId("state")).ToHaveAttributeAsync("data-state", "open");
        await Assertions.Expect(page.GetByTestId("source")).ToBeVisibleAsync();
    }

    /// <summary>Waits until rows with these parts are there, in this order.</summary>
    private static async Task Shows(IPage page, params string[] parts) => await page.WaitForFunctionAsync(
        """
        parts => {
          const rows = [...document.querySelectorAll('#events .event')].map(row => row.textContent);
          let at = -1;
          return parts.every(part => (at = rows.findIndex((row, index) => index > at && row.includes(part))) >= 0);
        }
        """, parts);

    private static async Task<string[]> AxeFindings(IPage page)
    {
        await page.EvaluateAsync(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "node_modules/axe-core/axe.min.js")));
        return await page.EvaluateAsync<string[]>(
            "async () => (await axe.run()).violations.filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' '))");
    }
}
