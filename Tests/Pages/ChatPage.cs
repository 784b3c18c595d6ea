using Microsoft.Playwright;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Pages;

/// <summary>The chat page as somebody sees it who uses it.</summary>
internal sealed class ChatPage
{
    private ChatPage(IPage page) => Page = page;

    public IPage Page { get; }

    /// <summary>What the browser complained of, but for the 401 that says that nobody is signed in yet.</summary>
    public List<string> Complaints { get; } = [];

    public static async Task<ChatPage> Open(IBrowserContext context, Uri server)
    {
        var chat = new ChatPage(await context.NewPageAsync());
        chat.Page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.Contains("401", StringComparison.Ordinal)) chat.Complaints.Add(message.Text);
        };
        chat.Page.PageError += (_, error) => chat.Complaints.Add(error);
        await chat.Page.GotoAsync(server.ToString());
        return chat;
    }

    public static async Task<ChatPage> SignedIn(IBrowserContext context, Uri server, string name)
    {
        var chat = await Open(context, server);
        await chat.Page.GetByTestId("name-input").FillAsync(name);
        await chat.Page.GetByTestId("sign-in").ClickAsync();
        await chat.IsConnected();
        return chat;
    }

    public Task IsConnected() => Is("connected");

    public Task Is(string state) => Assertions.Expect(Page.GetByTestId("connection-state")).ToHaveAttributeAsync("data-state", state, new() { Timeout = 20_000 });

    public async Task Post(string text)
    {
        await Page.GetByTestId("composer").FillAsync(text);
        await Page.GetByTestId("composer").PressAsync("Enter");
    }

    public Task Shows(string text, int number) => Assertions.Expect(Page.Locator($".message[data-number=\"{number}\"] .text")).ToHaveTextAsync(text, new() { Timeout = 20_000 });

    public async Task<int> HorizontalOverflow() => await Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");

    /// <summary>What axe-core finds that is serious or critical.</summary>
    public async Task<string[]> AxeFindings()
    {
        // The page's policy refuses injected scripts; what the browser evaluates itself is not subject to it.
        await Page.EvaluateAsync(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "node_modules/axe-core/axe.min.js")));
        return await Page.EvaluateAsync<string[]>(
            "async () => (await axe.run()).violations.filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' '))");
    }
}
