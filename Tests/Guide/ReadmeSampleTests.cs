using System.Net;
using System.Net.WebSockets;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Guide;

/// <summary>README's application with the inspector is what it says it is.</summary>
public sealed class ReadmeSampleTests
{
    private static readonly CancellationToken cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task README_shows_the_application_that_is_compiled_here() =>
        (await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"), cancel)).Should().Contain($"```csharp\n{ReadmeSample.Text}\napp.Run();\n```");

    [Fact]
    public async Task Outside_Development_whoever_satisfies_its_policy_sees_everything_and_nobody_else_does()
    {
        using var folder = new TemporaryFolder();
        await using var app = ReadmeSample.Build(["--environment", "Production", "--urls", "http://127.0.0.1:0", "--contentRoot", folder.Path, "--Logging:LogLevel:Default", nameof(LogLevel.None)]);
        app.MapGet("/sign-in/{name}/{role}", (string name, string role) =>
            Results.SignIn(new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, name), new(ClaimTypes.Role, role)], "Cookies"))));
        await app.StartAsync(cancel);

        using var ada = await SignIn(app, "ada/guest");
        using var bob = await SignIn(app, "bob/guest");
        using var root = await SignIn(app, "root/operator");
        using var nobody = new HttpClient { BaseAddress = ada.BaseAddress };
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Cookie", ada.DefaultRequestHeaders.GetValues("Cookie").Single());
        await socket.ConnectAsync(new UriBuilder(ada.BaseAddress!) { Scheme = "ws", Path = "/your-hub" }.Uri, cancel);
        await socket.SendAsync("{\"protocol\":\"json\",\"version\":1}\u001e"u8.ToArray(), WebSocketMessageType.Text, true, cancel);
        await socket.ReceiveAsync(new byte[100], cancel);

        (await Connections(nobody)).Should().Be((HttpStatusCode.Unauthorized, 0));
        (await Connections(bob)).Should().Be((HttpStatusCode.OK, 0));
        (await Connections(ada)).Should().Be((HttpStatusCode.OK, 1));
        (await Connections(root)).Should().Be((HttpStatusCode.OK, 1));
    }

    private static async Task<HttpClient> SignIn(WebApplication app, string user)
    {
        var http = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = new Uri(app.Urls.Single()) };
        using var answer = await http.GetAsync(new Uri($"/sign-in/{user}", UriKind.Relative), cancel);
        http.DefaultRequestHeaders.Add("Cookie", answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        return http;
    }

    /// <returns>How the inspector answers, and how many connections it lists.</returns>
    private static async Task<(HttpStatusCode Status, int Count)> Connections(HttpClient http)
    {
        using var answer = await http.GetAsync(new Uri("/inspect/connections", UriKind.Relative), cancel);
        if (!answer.IsSuccessStatusCode) return (answer.StatusCode, 0);
        using var list = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancel));
        return (answer.StatusCode, list.RootElement.GetProperty("items").GetArrayLength());
    }
}
