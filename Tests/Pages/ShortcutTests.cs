using Microsoft.Playwright;
using RealtimeHello.Tests.Support;
using static RealtimeHello.Tests.Pages.InspectorPage;

namespace RealtimeHello.Tests.Pages;

/// <summary>What the overlay of shortcuts says is what the views do with a key, and the other way round.</summary>
public sealed class ShortcutTests(Browser browser) : IDisposable
{
    private readonly ChatServer server = new();

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task Every_key_that_a_view_takes_stands_in_the_help_and_every_key_there_is_taken()
    {
        await using var ada = await server.Connect("ada");
        await ada.Join("lobby");
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.Rows.First.WaitForAsync();
        await Agree("Connections");

        await inspector.Show("#connections");
        await inspector.OpenConnectionOf("ada");
        var connection = new Uri(inspector.Page.Url).Fragment;
        await inspector.TimelineRows.Nth(3).ClickAsync();
        var event4 = (await inspector.Page.Locator(".preview a").GetAttributeAsync("href"))!;
        await Agree("One connection");

        await inspector.Show(event4);
        await inspector.Page.GetByRole(AriaRole.Link, new() { Name = "Later" }).WaitForAsync();
        await inspector.Page.Locator(".hex-row").First.WaitForAsync();
        await Agree("X-ray");

        await inspector.Show("#find=lobby");
        await inspector.Page.Locator(".way-view .hex-row").First.WaitForAsync();
        await Agree("Way of a value");

        await inspector.Show("#doctor");
        await Assertions.Expect(inspector.Page.GetByRole(AriaRole.Button, new() { Name = "Examine again" })).ToBeEnabledAsync(new() { Timeout = 20_000 });
        await Agree("Doctor");
        inspector.Complaints.Should().BeEmpty();

        async Task Agree(string view) => (await Taken(inspector.Page)).Should().BeEquivalentTo((await Listed(inspector.Page, "Everywhere")).Union(await Listed(inspector.Page, view)), view);
    }

    /// <summary>The keys that the page takes, of all that print something, and Backspace: each pressed where nothing has the focus, digits behind letters, since they hide rows.</summary>
    private static Task<string[]> Taken(IPage page) => page.EvaluateAsync<string[]>(
        """
        () => [...Array.from({ length: 94 }, (_, at) => String.fromCharCode(126 - at)), 'Backspace'].filter(key => {
          document.activeElement?.blur();
          const press = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
          document.body.dispatchEvent(press);
          document.querySelector('dialog[open]')?.close();
          return press.defaultPrevented;
        })
        """);

    /// <summary>Those of them that the help names for a view.</summary>
    private static Task<string[]> Listed(IPage page, string view) => page.EvaluateAsync<string[]>(
        """
        view => [...document.querySelectorAll('#shortcuts section')].filter(section => section.querySelector('h3').textContent === view).flatMap(section =>
          [...section.querySelectorAll('dt')].flatMap(dt => {
            const [first, ...others] = [...dt.querySelectorAll('kbd')].map(kbd => kbd.textContent);
            return dt.textContent.includes('–') ? Array.from({ length: others[0] - first + 1 }, (_, at) => String(Number(first) + at)) : [first, ...others];
          })).filter(key => /^[!-~]$/.test(key) || key === 'Backspace')
        """, view);
}
