using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RealtimeHello.Contracts;
using RealtimeHello.Recording.Exports;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Pages;

/// <summary>Chromium's own network panel opens an exported HAR file, and shows a connection's messages.</summary>
public sealed class HarImportTests
{
    private static readonly CancellationToken cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_network_panel_shows_the_requests_and_each_message_of_an_exported_har_file()
    {
        using var folder = new TemporaryFolder();
        var (file, messages) = await Exported(folder);
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await playwright.Chromium.LaunchPersistentContextAsync(Path.Combine(folder.Path, "profile"), new BrowserTypeLaunchPersistentContextOptions
        {
            ExecutablePath = Browser.Program(),
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--remote-debugging-port=0", "--remote-allow-origins=*"],
        });
        var tools = await OpenTools(chromium, folder);

        await tools.Locator("input[type=file]").SetInputFilesAsync(file);
        var shown = new LocatorAssertionsToHaveTextOptions { UseInnerText = true, Timeout = 30_000 };
        var names = tools.Locator("td.name-column");
        await Assertions.Expect(names).ToHaveTextAsync(["session", "chat"], shown);
        await names.GetByText("chat").ClickAsync();
        await tools.GetByRole(AriaRole.Tab, new() { Name = "Messages" }).ClickAsync();

        await Assertions.Expect(tools.Locator("td.data-column")).ToHaveTextAsync(messages, shown);
        messages.Should().Contain(message => message.Contains("hello <b>of a HAR"));
    }

    /// <summary>The developer tools that this Chromium carries, as a page of it.</summary>
    private static async Task<IPage> OpenTools(IBrowserContext chromium, TemporaryFolder folder)
    {
        var port = (await File.ReadAllLinesAsync(Path.Combine(folder.Path, "profile", "DevToolsActivePort"), cancel))[0];
        await chromium.Pages[0].GotoAsync("data:text/html,<title>looked at</title>");
        using var http = new HttpClient();
        var targets = await http.GetFromJsonAsync<JsonElement>($"http://127.0.0.1:{port}/json", cancel);
        var target = targets.EnumerateArray().First(target => target.GetProperty("url").GetString()!.StartsWith("data:", StringComparison.Ordinal)).GetProperty("id").GetString();
        var tools = await chromium.NewPageAsync();
        await tools.GotoAsync($"http://127.0.0.1:{port}/devtools/inspector.html?ws=127.0.0.1:{port}/devtools/page/{target}&panel=network&can_dock=false");
        await tools.GetByRole(AriaRole.Button, new() { Name = "Import HAR file" }).WaitForAsync();
        return tools;
    }

    /// <summary>A conversation of a .NET client, and what the panel is to show of it.</summary>
    private static async Task<(string File, string[] Messages)> Exported(TemporaryFolder folder)
    {
        await using var server = new ChatServer();
        var ada = await server.SignIn("ada");
        await using (var hub = server.Hub(ada))
        {
            var posted = new TaskCompletionSource();
            hub.On<ChatMessage>(nameof(IChatClient.MessagePosted), _ => posted.SetResult());
            await hub.StartAsync(cancel);
            await hub.InvokeAsync<RoomState>(nameof(IChatHub.JoinRoom), "lobby", null, cancel);
            await hub.InvokeAsync<PostReceipt>(nameof(IChatHub.PostMessage), "lobby", Guid.CreateVersion7(), "hello <b>of a HAR", cancel);
            await posted.Task.WaitAsync(TimeSpan.FromSeconds(20), cancel);
        }

        var records = server.Services.GetRequiredService<Journal>().Connections.OrderBy(record => record.OpenedAt).ToList();
        var file = Path.Combine(folder.Path, "chat.har");
        await using (var stream = File.Create(file)) await HarExport.Write(stream, records, null, cancel);
        using var har = JsonDocument.Parse(await File.ReadAllBytesAsync(file, cancel));
        var entries = har.RootElement.GetProperty("log").GetProperty("entries").EnumerateArray();
        return (file, [.. entries.Last().GetProperty("_webSocketMessages").EnumerateArray().Select(message => message.GetProperty("data").GetString()!)]);
    }
}
