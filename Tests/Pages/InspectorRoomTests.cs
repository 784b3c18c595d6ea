using Microsoft.Playwright;
using RealtimeHello.Tests.Support;
using static RealtimeHello.Tests.Pages.InspectorPage;

namespace RealtimeHello.Tests.Pages;

/// <summary>What the inspector shows has the room that it needs, and takes no more.</summary>
public sealed class InspectorRoomTests(Browser browser) : IDisposable
{
    private readonly ChatServer server = new();

    public void Dispose() => server.Dispose();

    [Theory]
    [InlineData(390)]
    [InlineData(820)]
    [InlineData(1440)]
    public async Task Plots_are_not_cut_off_and_a_heading_is_no_narrow_column(int width)
    {
        await using var ada = await server.Connect("ada");
        await using var context = await browser.Open(width, 800);
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.OpenConnectionOf("ada");
        Assert.SkipUnless(File.Exists(Path.Combine(Repository.Root, "node_modules/uplot/dist/uPlot.esm.js")), "uPlot is not installed: npm ci");
        await CountIs(inspector.Page.Locator(".plot .uplot"), 3);

        var left = await inspector.Page.EvaluateAsync<double[]>("() => [...document.querySelectorAll('.plot')].map(box => box.getBoundingClientRect().right - box.querySelector('.uplot').getBoundingClientRect().right)");
        left.Should().AllSatisfy(room => room.Should().BePositive());
        (await inspector.Page.Locator(".story").EvaluateAsync<double>("story => story.clientWidth")).Should().BeGreaterThan(300);
    }

    [Theory]
    [InlineData("#find=nothing-says-this")]
    [InlineData("#connection/NONE/1")]
    public async Task A_notice_begins_at_its_top_in_every_view(string hash)
    {
        await using var context = await browser.Open();
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.Show(hash);
        await Assertions.Expect(inspector.Page.Locator(".notice h2")).ToBeVisibleAsync(new() { Timeout = 20_000 });

        (await inspector.Page.Locator(".notice h2").EvaluateAsync<string>("h2 => getComputedStyle(h2).marginTop")).Should().Be("0px");
    }
}
