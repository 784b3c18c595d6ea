using Microsoft.Playwright;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Pages;

/// <summary>The list of connections where its values are long.</summary>
public sealed class LongValuesTests(Browser browser) : IDisposable
{
    private const string Close = """{ "by": "network", "layer": "webSocket", "code": 1006, "cause": "keep_alive_timeout", "sentence": "It was silent." }""";

    private readonly ChatServer server = new();

    public void Dispose() => server.Dispose();

    [Theory]
    [InlineData(1440)]
    [InlineData(390)]
    [InlineData(320)]
    public async Task Long_values_stay_within_the_page_and_a_long_path_ends_in_an_ellipsis(int width)
    {
        await using var context = await browser.Open(width, 900);
        await context.RouteAsync("**/inspect/connections?*", route => route.FulfillAsync(new() { ContentType = "application/json", Body = Long() }));
        var inspector = await InspectorPage.AsOperator(context, server);
        await inspector.Rows.First.WaitForAsync();

        (await inspector.HorizontalOverflow()).Should().BeLessThanOrEqualTo(0);
        (await inspector.Page.Locator(".table-scroll").EvaluateAsync<int>("table => table.scrollWidth - table.clientWidth")).Should().BeLessThanOrEqualTo(0);
        foreach (var cell in await inspector.Rows.First.Locator("td").AllAsync())
            (await cell.EvaluateAsync<int>("cell => cell.scrollWidth - cell.clientWidth")).Should().BeLessThanOrEqualTo(0, await cell.InnerTextAsync());
        var path = inspector.Rows.First.Locator(".path");
        (await path.EvaluateAsync<bool>("path => path.scrollWidth > path.clientWidth && getComputedStyle(path).textOverflow === 'ellipsis' && getComputedStyle(path).overflow === 'hidden'")).Should().BeTrue();
        (await path.Locator("..").GetAttributeAsync("title")).Should().EndWith("/chat");
        (await inspector.Rows.First.Locator("[data-column=bytes]").InnerTextAsync()).Should().Contain("1.9").And.Contain("988").And.NotContain("KB");
        (await inspector.AxeFindings()).Should().BeEmpty();
    }

    private static string Long()
    {
        var path = string.Concat(Enumerable.Repeat("/a/part/of/a/long/path", 6)) + "/chat";
        return $$"""{ "items": [{{One("open", "null", "null")}}, {{One("closed", "\"2025-12-26T20:22:22Z\"", Close)}}], "next": null }""";

        string One(string state, string closedAt, string close) =>
            $$"""
            { "id": "0HNQ{{state.Length}}7Q2A1B3C4", "user": "a-name-of-24-characters-", "remote": "203.0.113.255:51234", "proxy": null, "endpoint": "http://127.0.0.1:5080",
              "path": "{{path}}", "state": "{{state}}", "openedAt": "2025-12-24T22:22:22.1234567Z", "closedAt": {{closedAt}}, "close": {{close}}, "layers": [],
              "counters": { "bytesReceived": 1922000, "bytesSent": 987654321, "framesReceived": 1234567, "framesSent": 12345678, "hubMessagesReceived": 1234567,
                "hubMessagesSent": 12345678, "invocations": 0, "faults": 0, "backlogBytes": 65536000 },
              "tcpInfo": { "rttMicroseconds": 123456 } }
            """;
    }
}
