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
        // That the connection is closed behind it is told: a proxy that used it again would find it closed, and answer 502.
        answer.Headers.Connection.Select(option => option.ToLowerInvariant()).Should().BeEquivalentTo("upgrade", "close");
        (await Detail(answer)).Should().Contain("WebSocket only").And.Contain("skipNegotiation");
    }

    [Theory]
    [InlineData("/chat", "8", "dGhlIHNhbXBsZSBub25jZQ==", "version 13")]
    [InlineData("/hello", "8", "dGhlIHNhbXBsZSBub25jZQ==", "version 13")]
    [InlineData("/hello", "13", "short", "Sec-WebSocket-Key")]
    public async Task A_WebSocket_of_another_version_or_without_a_key_is_told_which_is_spoken(string path, string version, string key, string said)
    {
        using var http = server.Http();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in ((string, string)[])[("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", version), ("Sec-WebSocket-Key", key)]) request.Headers.TryAddWithoutValidation(name, value);

        using var answer = await http.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.UpgradeRequired);
        answer.Headers.GetValues("Sec-WebSocket-Version").Should().Equal("13");
        (await Detail(answer)).Should().Contain(said);
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

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/inspect")]
    [InlineData("GET", "/session")]
    [InlineData("POST", "/session")]
    public async Task A_name_that_was_made_to_point_here_is_refused(string method, string path)
    {
        var host = $"evil.example:{server.Address.Port}";
        using var answer = await Send(server, host, method, path);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await Detail(answer)).Should().Contain("AllowedHosts").And.Contain("Proxies:Trusted");
    }

    [Theory]
    [InlineData("/chat")]
    [InlineData("/hello")]
    public async Task A_WebSocket_to_a_name_that_was_made_to_point_here_is_refused(string path)
    {
        var host = $"evil.example:{server.Address.Port}";
        using var answer = await Upgrade(server, $"{path}?access_token={(await server.SignIn($"rebound{path[1..]}")).AccessToken}", ("Host", host), ("Origin", $"http://{host}"));

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await Detail(answer)).Should().Contain("AllowedHosts");
    }

    [Fact]
    public async Task This_machines_own_names_come_through()
    {
        foreach (var host in new[] { "localhost", "LocalHost:5080", "chat.localhost:1", "127.0.0.1", "127.0.0.9:80", "[::1]:5080" })
        {
            using var answer = await Send(server, host);
            answer.StatusCode.Should().Be(HttpStatusCode.OK, host);
        }

        foreach (var host in new[] { "localhost.evil.example", "evillocalhost", "127.0.0.1.evil.example", "192.0.2.1", "[2001:db8::1]" })
        {
            using var answer = await Send(server, host);
            answer.StatusCode.Should().Be(HttpStatusCode.BadRequest, host);
        }
    }

    [Fact]
    public async Task Configured_names_come_through()
    {
        await using var named = new ChatServer { Settings = [("AllowedHosts", "chat.example.org; *.example.net; bücher.example"), ("Chat:AllowedOrigins:0", "https://friend.example")] };
        foreach (var host in new[] { "chat.example.org", "CHAT.example.org:8080", "a.example.net:8080", "xn--bcher-kva.example", "friend.example", "localhost" })
        {
            using var answer = await Send(named, host);
            answer.StatusCode.Should().Be(HttpStatusCode.OK, host);
        }

        foreach (var host in new[] { "example.org", "example.net", "evil.example" })
        {
            using var answer = await Send(named, host);
            answer.StatusCode.Should().Be(HttpStatusCode.BadRequest, host);
        }
    }

    [Theory]
    [InlineData("https://chat.example.org")]
    [InlineData("chat.example.org:8080")]
    public async Task An_entry_that_is_no_name_keeps_the_server_from_starting_with_a_sentence(string name)
    {
        using var folder = new TemporaryFolder();
        var (exitCode, _, errors) = await ChatServerProcess.Run("--urls", "http://127.0.0.1:0", "--data", folder.Path, $"--AllowedHosts=chat.example.org;{name}");

        exitCode.Should().Be(1);
        errors.Should().Contain($"AllowedHosts holds '{name}'").And.NotContain("\n");
    }

    [Theory]
    [InlineData("AllowedHosts", "*")]
    [InlineData("Proxies:Trusted:0", "127.0.0.1")]
    [InlineData("Proxies:Trusted:0", "127.0.0.1", "AllowedHosts", "chat.example.org", false)]
    public async Task Behind_a_trusted_proxy_every_name_comes_through_unless_it_is_told_which(string key, string value, string? otherKey = null, string otherValue = "", bool isAny = true)
    {
        await using var open = new ChatServer { Settings = otherKey is null ? [(key, value)] : [(key, value), (otherKey, otherValue)] };

        using var answer = await Send(open, "public.example");
        answer.StatusCode.Should().Be(isAny ? HttpStatusCode.OK : HttpStatusCode.BadRequest);
        using var own = await Send(open, "chat.example.org");
        own.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0", HttpStatusCode.OK)]
    [InlineData("http://127.0.0.1:0;http://0.0.0.0:0", HttpStatusCode.OK)]
    [InlineData("http://127.0.0.1:0", HttpStatusCode.BadRequest)]
    [InlineData("http://0.0.0.0:0", HttpStatusCode.BadRequest, "--AllowedHosts=chat.example.org")]
    public async Task A_server_that_others_reach_answers_to_every_name_unless_it_is_told_which(string urls, HttpStatusCode status, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        await using var process = await ChatServerProcess.Start(folder.Path, urls, arguments);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(process.Address, "/healthz"));
        request.Headers.Host = "public.example";

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

        answer.StatusCode.Should().Be(status);
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

    private static async Task<HttpResponseMessage> Send(ChatServer server, string host, string method = "GET", string path = "/healthz")
    {
        using var http = server.Http();
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "POST" ? JsonContent.Create(new { name = "mallory" }) : null };
        request.Headers.Host = host;
        if (method == "POST") request.Headers.Add("Origin", $"http://{host}");
        return await http.SendAsync(request);
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
