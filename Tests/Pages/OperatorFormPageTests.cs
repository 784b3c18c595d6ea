using Microsoft.Playwright;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Pages;

/// <summary>The form for the operator's token, as somebody uses it whose server prints no link.</summary>
public sealed class OperatorFormPageTests(Browser browser) : IDisposable
{
    private const string Operator = "the-operators-token-for-tests-0123456789";

    private readonly ChatServer server = new() { Settings = [("Inspector:OperatorToken", Operator)] };

    public void Dispose() => server.Dispose();

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Somebody_who_is_nobody_finds_the_form_and_becomes_the_operator(int width, ColorScheme scheme)
    {
        await using var context = await browser.Open(width, 800, scheme);
        var inspector = await InspectorPage.Open(context, server.Address);
        await inspector.Page.GetByRole(AriaRole.Alert).GetByRole(AriaRole.Link, new() { Name = "Sign in with the operator’s token" }).ClickAsync();

        var field = inspector.Page.GetByLabel("Operator token");
        await Assertions.Expect(field).ToBeFocusedAsync();
        await Assertions.Expect(field).ToHaveAttributeAsync("type", "password");
        (await inspector.AxeFindings()).Should().BeEmpty();
        (await inspector.HorizontalOverflow()).Should().BeLessThanOrEqualTo(0);
        await field.FillAsync("not it");
        await field.PressAsync("Enter");

        await Assertions.Expect(field).ToHaveAttributeAsync("aria-invalid", "true");
        await Assertions.Expect(field).ToHaveAccessibleDescriptionAsync(new System.Text.RegularExpressions.Regex("^This is not the operator’s token\\. .*operator-token"));
        await Assertions.Expect(field).ToHaveValueAsync("");
        (await inspector.AxeFindings()).Should().BeEmpty();
        await field.FillAsync(Operator);
        await inspector.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await Assertions.Expect(inspector.Page.Locator("h1")).ToHaveTextAsync("Connections");
        await inspector.IsLive();
        await Assertions.Expect(inspector.Page.Locator("#operator")).ToBeHiddenAsync();
        inspector.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task It_works_without_scripts()
    {
        await using var context = await browser.Open(javaScript: false);
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(server.Address, "/inspect/sign-in").ToString());
        await page.GetByLabel("Operator token").FillAsync(Operator);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        page.Url.Should().Be(new Uri(server.Address, "/inspect").ToString());
        var answer = await context.APIRequest.GetAsync(new Uri(server.Address, "/inspect/connections").ToString());
        answer.Status.Should().Be(200);
    }

    [Fact]
    public async Task Who_sees_their_own_connections_alone_is_led_to_it_and_the_operator_is_not()
    {
        await using var context = await browser.Open();
        await ChatPage.SignedIn(context, server.Address, "ada");
        var own = await InspectorPage.Open(context, server.Address);
        await own.RowOf("ada").WaitForAsync();
        await own.Page.GetByRole(AriaRole.Link, new() { Name = "Operator? Sign in" }).ClickAsync();
        await Assertions.Expect(own.Page.Locator("h1")).ToHaveTextAsync("Sign in as the operator");

        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.IsLive();
        await Assertions.Expect(inspector.Page.Locator("#operator")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_wrong_sign_in_link_leads_to_it_too()
    {
        await using var context = await browser.Open();
        var inspector = await InspectorPage.Open(context, server.Address);
        await inspector.Page.GotoAsync(new Uri(server.Address, "/inspect/sign-in?code=0123").ToString());
        await inspector.Page.GetByRole(AriaRole.Link, new() { Name = "Sign in with the operator’s token" }).ClickAsync();
        await Assertions.Expect(inspector.Page.GetByLabel("Operator token")).ToBeVisibleAsync();
    }
}
