using Microsoft.Playwright;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Pages;

/// <summary>The pages of a server whose inspector is switched off: they lead nowhere where nothing is.</summary>
public sealed class WithoutInspectorTests(Browser browser) : IDisposable
{
    private readonly ChatServer server = new() { Settings = [("Inspector:Enabled", "false")] };

    public void Dispose() => server.Dispose();

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task The_chat_page_offers_nothing_of_it(int width)
    {
        await using var context = await browser.Open(width);
        var chat = await ChatPage.SignedIn(context, server.Address, "ada");
        await chat.Post("hello");
        await chat.Shows("hello", 1);

        await Assertions.Expect(chat.Page.GetByTestId("layers-toggle")).ToBeHiddenAsync();
        if (width < 700) await chat.Page.GetByTestId("rooms-toggle").ClickAsync();
        await Assertions.Expect(chat.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Hello") })).ToBeVisibleAsync();
        await Assertions.Expect(chat.Page.Locator("a[href^='/inspect']:visible")).ToHaveCountAsync(0);
        await Assertions.Expect(chat.Page.Locator(".x-ray")).ToHaveCountAsync(0);
        (await chat.AxeFindings()).Should().BeEmpty();
        chat.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task The_hello_page_does_not_lead_to_it_and_a_refusal_does_not_name_it()
    {
        await using var context = await browser.Open();
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(server.Address, "/hello").ToString());
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Chat" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Inspector" })).ToHaveCountAsync(0);

        await page.GetByTestId("address").FillAsync(new Uri(server.Address, "/nothing").ToString());
        await page.GetByTestId("connect").ClickAsync();
        await Assertions.Expect(page.GetByTestId("state")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("A page is not told why; the console is\\.$"));
    }

    [Fact]
    public async Task The_hello_page_shows_messages_and_says_that_there_is_no_more()
    {
        await using var context = await browser.Open();
        var page = await context.NewPageAsync();
        List<string> complaints = [];
        page.Console += (_, message) =>
        {
            if (message.Type == "error") complaints.Add(message.Text);
        };
        await page.GotoAsync(new Uri(server.Address, "/hello").ToString());
        await page.GetByTestId("send").ClickAsync();

        await Assertions.Expect(page.GetByTestId("events").Locator("li")).ToHaveCountAsync(2);
        await Assertions.Expect(page.GetByTestId("detail")).ToContainTextAsync("The server recorded nothing of this connection");
        await Assertions.Expect(page.Locator("#stack")).ToBeHiddenAsync();
        await Assertions.Expect(page.GetByText("Pick a row")).ToBeHiddenAsync();
        complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task A_page_without_it_has_the_headers_of_one_with_it()
    {
        await using var whole = new ChatServer();
        foreach (var path in (string[])["/", "/hello", "/chat/index.html"])
        {
            using var with = await Head(whole, path);
            using var without = await Head(server, path);
            without.StatusCode.Should().Be(with.StatusCode);
            foreach (var name in (string[])["Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cache-Control"])
                without.Headers.GetValues(name).Should().Equal(with.Headers.GetValues(name));
            without.Content.Headers.ContentType!.MediaType.Should().Be(with.Content.Headers.ContentType!.MediaType);
        }
    }

    private static async Task<HttpResponseMessage> Head(ChatServer server, string path)
    {
        using var http = server.Http();
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
