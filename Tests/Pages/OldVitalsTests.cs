using Microsoft.Playwright;

namespace RealtimeHello.Tests.Pages;

/// <summary>The server's figures on the chat page while the server is away.</summary>
public sealed class OldVitalsTests(Browser browser)
{
    [Fact]
    public async Task Figures_of_a_server_that_is_away_say_that_they_are_old_until_it_is_back()
    {
        await using var server = new TemporaryServer();
        var address = await server.Start();
        await using var context = await browser.Open(1440);
        var chat = await ChatPage.SignedIn(context, address, "ada");
        var vitals = chat.Page.GetByTestId("vitals");
        await Assertions.Expect(vitals.Locator(".value").First).ToHaveTextAsync("1", new() { Timeout = 20_000 });
        var title = vitals.Locator("summary");
        await Assertions.Expect(title).ToHaveTextAsync("Server, live");

        await server.Stop();
        await Assertions.Expect(title).ToContainTextAsync("Server, when it last answered, at ", new() { Timeout = 20_000 });
        (await chat.AxeFindings()).Should().BeEmpty();

        await server.Start(address);
        await Assertions.Expect(title).ToHaveTextAsync("Server, live", new() { Timeout = 30_000 });
    }
}
