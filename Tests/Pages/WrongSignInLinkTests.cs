using System.Net;
using Microsoft.Playwright;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Pages;

/// <summary>A sign-in link of the inspector that is not, or not any more, this process's.</summary>
public sealed class WrongSignInLinkTests(Browser browser) : IDisposable
{
    private readonly ChatServer server = new();

    public void Dispose() => server.Dispose();

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task A_person_gets_a_page_that_says_why_and_leads_on(int width, ColorScheme scheme)
    {
        await using var context = await browser.Open(width, 800, scheme);
        var inspector = await InspectorPage.Open(context, server.Address);
        var answer = await inspector.Page.GotoAsync(new Uri(server.Address, "/inspect/sign-in?code=0123").ToString());

        answer!.Status.Should().Be(403);
        await Assertions.Expect(inspector.Page.Locator("h1")).ToHaveTextAsync("Not the sign-in link of this process");
        await InspectorPage.Says(inspector.Page.Locator("main"), "Take the newest.");
        (await inspector.AxeFindings()).Should().BeEmpty();
        (await inspector.HorizontalOverflow()).Should().BeLessThanOrEqualTo(0);
        await inspector.Page.GetByRole(AriaRole.Link, new() { Name = "To the inspector" }).ClickAsync();
        await InspectorPage.Says(inspector.Page.GetByRole(AriaRole.Alert), "Nobody is signed in");
        inspector.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task A_program_gets_a_problem_in_JSON()
    {
        using var http = server.Http();
        using var answer = await http.GetAsync(new Uri("/inspect/sign-in?code=0123", UriKind.Relative), TestContext.Current.CancellationToken);

        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
    }
}
