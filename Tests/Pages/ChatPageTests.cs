using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using RealtimeHello.Contracts;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Pages;

public sealed class ChatPageTests(Browser browser)
{
    [Fact]
    public async Task A_page_and_a_dotnet_client_talk_and_hostile_text_stays_text()
    {
        await using var folder = new TemporaryServer();
        var server = await folder.Start();
        await using var context = await browser.Open();
        var page = await ChatPage.SignedIn(context, server, "ada");
        await page.Post("hello from the browser");
        await page.Shows("hello from the browser", 1);

        await using var bob = await folder.Connect("bob");
        var state = await bob.InvokeAsync<RoomState>(nameof(IChatHub.JoinRoom), "lobby", null, TestContext.Current.CancellationToken);
        state.Messages.Should().ContainSingle().Which.Text.Should().Be("hello from the browser");
        const string Hostile = "<img src=x onerror=\"document.title='owned'\">";
        await bob.InvokeAsync<PostReceipt>(nameof(IChatHub.PostMessage), "lobby", Guid.CreateVersion7().ToString(), Hostile, TestContext.Current.CancellationToken);
        await page.Shows(Hostile, 2);
        (await page.Page.TitleAsync()).Should().NotContain("owned");

        await page.Page.ReloadAsync();
        await page.IsConnected();
        await page.Shows("hello from the browser", 1);
        page.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task A_page_comes_back_after_the_server_was_restarted_and_a_post_made_meanwhile_arrives_once()
    {
        await using var folder = new TemporaryServer();
        var server = await folder.Start();
        await using var context = await browser.Open();
        // The page draws by lot how long it waits before it tries again: up to 30 s, where the server took long to start.
        await context.AddInitScriptAsync("Math.random = () => 0.1");
        var page = await ChatPage.SignedIn(context, server, "ada");
        await page.Post("before");
        await page.Shows("before", 1);

        await folder.Stop();
        await page.Is("waiting");
        await page.Post("meanwhile");
        await folder.Start(server);
        await page.IsConnected();
        await page.Shows("meanwhile", 2);

        await page.Page.ReloadAsync();
        await page.IsConnected();
        await page.Shows("meanwhile", 2);
        (await page.Page.Locator(".message").CountAsync()).Should().Be(2);
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    [InlineData(320, ColorScheme.Light)]
    public async Task It_fits_the_screen_and_axe_finds_nothing_serious(int width, ColorScheme scheme)
    {
        await using var folder = new TemporaryServer();
        var server = await folder.Start();
        await using var context = await browser.Open(width, 800, scheme);
        var page = await ChatPage.Open(context, server);
        (await page.AxeFindings()).Should().BeEmpty();

        await page.Page.GetByTestId("name-input").FillAsync("ada");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.IsConnected();
        await page.Post(new string('w', 300));
        await page.Shows(new string('w', 300), 1);

        (await page.HorizontalOverflow()).Should().BeLessThanOrEqualTo(0);
        (await page.AxeFindings()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_bad_name_is_explained_in_place()
    {
        await using var folder = new TemporaryServer();
        await using var context = await browser.Open();
        var page = await ChatPage.Open(context, await folder.Start());

        await page.Page.GetByTestId("name-input").FillAsync("no spaces please");
        await page.Page.GetByTestId("sign-in").ClickAsync();

        await Assertions.Expect(page.Page.GetByTestId("sign-in-error")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_page_of_a_foreign_origin_gets_no_websocket()
    {
        await using var folder = new TemporaryServer();
        var server = await folder.Start();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var foreign = builder.Build();
        foreign.MapGet("/", () => Results.Text("<!doctype html><title>foreign</title>", "text/html"));
        await foreign.StartAsync(TestContext.Current.CancellationToken);
        await using var context = await browser.Open();
        var page = await context.NewPageAsync();
        await page.GotoAsync(foreign.Urls.First());

        var outcome = await page.EvaluateAsync<string>(
            "url => new Promise(done => { const socket = new WebSocket(url); socket.onopen = () => done('open'); socket.onclose = e => done('closed ' + e.code); })",
            $"ws://{server.Authority}/hello");

        outcome.Should().Be("closed 1006");
    }
}
