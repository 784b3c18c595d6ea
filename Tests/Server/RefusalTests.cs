using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Server;

public sealed class RefusalTests(ChatServer server) : IClassFixture<ChatServer>
{
    [Theory]
    [InlineData("GET", "/chat")]
    [InlineData("POST", "/chat")]
    [InlineData("POST", "/chat/negotiate")]
    [InlineData("POST", "/chat/negotiate?negotiateVersion=1")]
    public async Task Without_an_upgrade_the_hub_asks_for_one(string method, string path)
    {
        using var http = server.Http();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("Origin", "https://evil.example");

        using var answer = await http.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.UpgradeRequired);
        answer.Headers.Upgrade.ToString().Should().Be("websocket");
        answer.Headers.Connection.Should().ContainSingle(option => option.Equals("upgrade", StringComparison.OrdinalIgnoreCase));
        (await Detail(answer)).Should().Contain("WebSocket only").And.Contain("skipNegotiation");
    }

    [Theory]
    [InlineData("/chat")]
    [InlineData("/hello")]
    public async Task A_WebSocket_of_a_foreign_origin_is_refused(string path)
    {
        foreach (var origin in new[] { "https://evil.example", "null", server.Address.ToString().Replace("http:", "https:", StringComparison.Ordinal).TrimEnd('/') })
        {
            using var answer = await Upgrade(server, path, ("Origin", origin));

            answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
            (await Detail(answer)).Should().Contain("Chat:AllowedOrigins");
        }
    }

    [Fact]
    public async Task Own_and_configured_origins_and_none_come_through()
    {
        await using var open = new ChatServer { Settings = [("Chat:AllowedOrigins:0", "https://friend.example")] };
        var token = (await open.SignIn("ada")).AccessToken;

        foreach (var origin in new[] { "https://friend.example", open.Address.GetLeftPart(UriPartial.Authority), null })
        {
            (string, string)[] headers = origin is null ? [] : [("Origin", origin)];
            using var answer = await Upgrade(open, $"/chat?access_token={token}", headers);
            answer.StatusCode.Should().Be(HttpStatusCode.SwitchingProtocols);
        }
    }

    [Fact]
    public async Task Nobody_signed_in_and_a_broken_token_are_unauthorized()
    {
        foreach (var path in new[] { "/chat", "/chat?access_token=rubbish" })
        {
            using var answer = await Upgrade(server, path);

            answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
            answer.Headers.WwwAuthenticate.ToString().Should().Be("Bearer");
            (await Detail(answer)).Should().Contain("POST /session");
        }
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task A_foreign_page_changes_nothing(string method)
    {
        using var http = server.Http();
        using var request = new HttpRequestMessage(new HttpMethod(method), "/session") { Content = JsonContent.Create(new { name = "mallory" }) };
        request.Headers.Add("Origin", "https://evil.example");

        using var answer = await http.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        answer.Headers.Contains("Set-Cookie").Should().BeFalse();
    }

    [Fact]
    public async Task It_is_alive_and_ready()
    {
        using var http = server.Http();

        (await http.GetAsync("/healthz")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await http.GetAsync("/readyz")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private static async Task<HttpResponseMessage> Upgrade(ChatServer server, string path, params (string Name, string Value)[] headers)
    {
        using var http = server.Http();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task<string> Detail(HttpResponseMessage answer)
    {
        answer.Content.Headers.ContentType?.MediaType.Should().Be("application/problem+json");
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!;
    }
}
