using System.Net;
using System.Net.Http.Headers;
using Microsoft.Playwright;
using RealtimeHello.Inspector;
using RealtimeHello.Tests.Client.Relay;
using RealtimeHello.Tests.Deploy.Proxies;
using RealtimeHello.Tests.Inspector;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Pages;

/// <summary>The doctor's view: from this browser, through whatever stands between, to this server.</summary>
public sealed class DoctorPageTests(Browser browser)
{
    private const string Upgrade = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;";

    private static readonly CancellationToken cancel = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task A_healthy_way_is_said_to_be_one_layer_by_layer(int width, ColorScheme scheme)
    {
        await using var server = new ChatServer();
        await using var context = await browser.Open(width, 800, scheme);
        var page = await InspectorPage.AsOperator(context, server, "#doctor");

        await Verdict(page, "Healthy: every layer that was probed works from here.");
        await InspectorPage.Says(page.Page.Locator("h1"), $"From this browser to {server.Address.Authority}");
        await Assertions.Expect(page.Page.Locator(".relay")).ToBeHiddenAsync();
        foreach (var probe in new[] { "http", "stream", "upgrade", "echo", "roundTrip" }) await Outcome(page, probe, "ok");
        await InspectorPage.Says(page.Page.Locator("[data-probe=echo]"), "a text of 64 KB came back in");
        await page.Page.GetByLabel("How long does an idle WebSocket live?").FillAsync("1");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Leave one idle" }).ClickAsync();
        await Verdict(page, "A WebSocket lives 1 s without a word.");
        (await page.AxeFindings()).Should().BeEmpty();
        (await page.HorizontalOverflow()).Should().Be(0);
        page.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task A_proxy_that_takes_Upgrade_out_is_named_with_its_lines_though_no_WebSocket_works()
    {
        await using var server = new ChatServer();
        await using var proxy = await Nginx($"proxy_pass http://127.0.0.1:{server.Address.Port};");
        var page = await Through(proxy, server);

        await Outcome(page, "http", "ok");
        await Outcome(page, "upgrade", "failed");
        await Verdict(page, "The server speaks WebSocket, but the Upgrade field did not reach it.");
        await Verdict(page, "upgrade_stripped");
        await Verdict(page, "proxy_set_header Upgrade $http_upgrade;");
    }

    [Fact]
    public async Task A_proxy_that_does_not_pass_Host_on_is_named_and_so_is_the_refusal_that_the_server_gave()
    {
        await using var server = new ChatServer { Settings = [("AllowedHosts", "chat.internal")] };
        await using var proxy = await Nginx($"proxy_pass http://127.0.0.1:{server.Address.Port}; {Upgrade}", host: "chat.internal");
        var page = await Through(proxy, server);

        await Outcome(page, "http", "warning");
        await InspectorPage.Says(page.Page.Locator("[data-probe=http]"), "and the server was asked for chat.internal: a proxy does not pass Host on");
        await Outcome(page, "upgrade", "failed");
        await InspectorPage.Says(page.Page.Locator("[data-probe=upgrade]"), "the request for a WebSocket reached the server, which refused it: 403, no WebSocket");
        await Verdict(page, "origin_refused");
    }

    [Fact]
    public async Task A_proxy_that_cuts_what_is_idle_is_found_by_waiting()
    {
        await using var server = new ChatServer();
        await using var proxy = await Nginx($"proxy_pass http://127.0.0.1:{server.Address.Port}; {Upgrade} proxy_read_timeout 2s;");
        var page = await Through(proxy, server);
        await Verdict(page, "Healthy");

        await page.Page.GetByLabel("How long does an idle WebSocket live?").FillAsync("60");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Leave one idle" }).ClickAsync();
        await Outcome(page, "idle", "failed");
        await InspectorPage.Says(page.Page.Locator("[data-probe=idle]"), "cut without a Close frame (1006)");
        await Verdict(page, "idle_timeout");

        // What waits can be called off.
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Leave one idle" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Stop waiting" }).ClickAsync();
        await InspectorPage.CountIs(page.Page.Locator("[data-probe=idle]"), 0);
    }

    [Fact]
    public async Task A_relays_page_says_that_its_target_is_not_what_is_examined()
    {
        await using var server = new ChatServer();
        using var folder = new TemporaryFolder();
        await using var relay = await RelayProcess.Start(folder.Path, "--listen", "127.0.0.1:0", "--target", server.Address.ToString(), "--inspect", "0");
        await using var hub = server.Hub(await server.SignIn("ada"), through: relay.Address);
        await hub.StartAsync(cancel);
        await using var context = await browser.Open();
        var link = await relay.Inspector;
        await context.APIRequest.GetAsync(link.ToString());
        var page = await InspectorPage.Open(context, new Uri(link.GetLeftPart(UriPartial.Authority)), "#doctor");

        await Verdict(page, "Healthy");
        await InspectorPage.Says(page.Page.Locator("h1"), $"From this browser to {link.Authority}");
        await InspectorPage.Says(page.Page.Locator(".relay"), $"doctor ws://{server.Address.Authority}");
        (await page.AxeFindings()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_strangers_application_has_it_too_and_nobody_unsigned_does()
    {
        const string Operator = "an-operator-token-of-the-test-0123456789";
        await using var application = await StrangersApplication.Start(options => options.OperatorToken = Operator);
        await using var context = await browser.Open();
        await context.APIRequest.GetAsync(new Uri(application.Plain, "/inspect/" + application.Services.GetInspectorSignInQuery()).ToString());
        await Verdict(await InspectorPage.Open(context, application.Plain, "#doctor"), "Healthy");

        using var nobody = new HttpClient { BaseAddress = application.Plain };
        foreach (var address in new[] { "/inspect/probe", "/inspect/probe/stream", "/inspect/echo" })
            (await nobody.GetAsync(new Uri(address, UriKind.Relative), cancel)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await Diagnose(nobody, "{\"sign\":\"silent\"}")).Status.Should().Be(HttpStatusCode.Unauthorized);
        using var somebody = new HttpClient { BaseAddress = application.Plain };
        somebody.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Operator);
        (await Diagnose(somebody, "{\"sign\":\"idleCut\",\"server\":\"nginx\"}")).Text.Should().Contain("idle_timeout").And.Contain("proxy_read_timeout 1h;");
        foreach (var wrong in new[] { "{\"sign\":\"no such sign\"}", "{}", "null", "{\"sign\":", "{\"sign\":\"silent\",\"else\":1}", "", new string('x', 5_000) })
            (await Diagnose(somebody, wrong)).Status.Should().Be(HttpStatusCode.BadRequest, wrong[..Math.Min(40, wrong.Length)]);
    }

    private static async Task<(HttpStatusCode Status, string Text)> Diagnose(HttpClient http, string evidence)
    {
        using var answer = await http.GetAsync(new Uri($"/inspect/diagnosis?evidence={Uri.EscapeDataString(evidence)}", UriKind.Relative), cancel);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancel));
    }

    private async Task<InspectorPage> Through(RunningProxy proxy, ChatServer server)
    {
        var context = await browser.Open();
        var address = new Uri($"http://127.0.0.1:{proxy.Port}");
        await context.APIRequest.GetAsync(new Uri(address, "/inspect/" + server.Services.GetInspectorSignInQuery()).ToString());
        return await InspectorPage.Open(context, address, "#doctor");
    }

    private static Task<RunningProxy> Nginx(string lines, string host = "$http_host") => RunningProxy.Start(ProxyProgram.Nginx, 1, (ports, _) => $$"""
        pid pid;
        error_log stderr notice;
        events { }
        http {
          access_log off;
          client_body_temp_path a; proxy_temp_path b; fastcgi_temp_path c; uwsgi_temp_path d; scgi_temp_path e;
          server { listen 127.0.0.1:{{ports[0]}}; location / { {{lines}} proxy_set_header Host {{host}}; } }
        }
        """);

    private static Task Verdict(InspectorPage page, string text) => InspectorPage.Says(page.Page.Locator(".verdict"), text);

    private static Task Outcome(InspectorPage page, string probe, string outcome) =>
        Assertions.Expect(page.Page.Locator($"[data-probe={probe}]")).ToHaveAttributeAsync("data-outcome", outcome, new() { Timeout = 20_000 });
}
