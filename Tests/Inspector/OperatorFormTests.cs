using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using RealtimeHello.Inspector;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Inspector;

/// <summary>The form that makes a browser the operator's by the operator's token.</summary>
public sealed class OperatorFormTests : IDisposable
{
    private const string Operator = "the-operators-token-for-tests-0123456789";
    private const string Guess = "a-guess-of-the-operators-token-9876543210";

    private readonly ChatServer server = new() { Settings = [("Inspector:OperatorToken", Operator), ("Logging:LogLevel:RealtimeHello.Layers", "Trace")] };

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task The_token_makes_an_operator_and_a_wrong_one_does_not()
    {
        using var wrong = await Post(Form(Guess));
        wrong.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        wrong.Headers.Contains("Set-Cookie").Should().BeFalse();
        wrong.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");

        using var right = await Post(Form($" {Operator}\n"));
        right.StatusCode.Should().Be(HttpStatusCode.Redirect);
        right.Headers.Location.Should().Be(new Uri("/inspect", UriKind.Relative));
        var cookie = right.Headers.GetValues("Set-Cookie").Single();
        cookie.Should().StartWith(InspectorSignIn.CookieName).And.Contain("httponly").And.Contain("samesite=strict");

        using var request = new HttpRequestMessage(HttpMethod.Get, "/inspect/connections");
        request.Headers.Add("Cookie", cookie.Split(';')[0]);
        using var http = server.Http();
        using var seen = await http.SendAsync(request, TestContext.Current.CancellationToken);
        seen.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_program_without_a_code_still_gets_a_problem_in_JSON()
    {
        using var http = server.Http();
        using var answer = await http.GetAsync(new Uri("/inspect/sign-in", UriKind.Relative), TestContext.Current.CancellationToken);
        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    public async Task Pages_of_others_sign_nobody_in(string origin)
    {
        // The stranger's application has no rule of its own about origins.
        await using var application = await StrangersApplication.Start(options => options.OperatorToken = Operator, "Production");
        using var foreign = await Post(Form(Operator), application.Plain, origin);
        foreign.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await Text(foreign)).Should().Contain("Foreign origin");
        foreign.Headers.Contains("Set-Cookie").Should().BeFalse();

        using var own = await Post(Form(Operator), application.Plain, application.Plain.GetLeftPart(UriPartial.Authority));
        own.StatusCode.Should().Be(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task Wrong_tokens_of_one_address_are_told_to_wait_and_the_right_one_is_not()
    {
        var tries = new List<Task<HttpResponseMessage>>();
        for (var i = 0; i < 40; i++) tries.Add(Post(Form($"{Guess}{i}")));
        var answers = await Task.WhenAll(tries);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Forbidden).Should().Be(10);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).Should().Be(30);

        var last = answers.Last(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        (await Text(last)).Should().Contain("Wait a minute");
        last.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromMinutes(1));
        using var right = await Post(Form(Operator));
        right.StatusCode.Should().Be(HttpStatusCode.Redirect, "nobody keeps the operator out by guessing");
        foreach (var answer in answers) answer.Dispose();
    }

    [Theory]
    [InlineData("/inspect")]
    [InlineData("/inspect/connections")]
    [InlineData("/inspect/echo")]
    public async Task So_are_those_that_come_as_Bearer(string path)
    {
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 14; i++) answers.Add(await Ask(path, $"{Guess}{i}"));
        answers.Select(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).Should().Equal(Enumerable.Range(0, 14).Select(i => i >= 10));
        answers[^1].Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromMinutes(1));
        answers[^1].Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        foreach (var answer in answers) answer.Dispose();

        using var right = await Ask("/inspect/connections", Operator);
        right.StatusCode.Should().Be(HttpStatusCode.OK);
        var ada = await server.SignIn("ada");
        using var own = await Ask("/inspect/connections", ada.AccessToken);
        own.StatusCode.Should().Be(HttpStatusCode.OK);
        using var none = await Ask("/inspect/connections", token: null);
        none.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_users_own_tokens_are_no_guesses()
    {
        var ada = await server.SignIn("ada");
        for (var i = 0; i < 12; i++)
        {
            using var own = await Ask("/inspect/connections", ada.AccessToken);
            own.StatusCode.Should().Be(HttpStatusCode.OK);
        }
    }

    /// <summary>Three others, since any two addresses in a thousand are counted as one.</summary>
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7", "198.51.100.1", "198.51.100.2", "198.51.100.3")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::7", "2001:db8:1:3::1", "2001:db8:1:4::1", "2001:db8:1:5::1")]
    public async Task Each_address_is_counted_by_itself_and_of_IPv6_each_network(string address, string same, params string[] others)
    {
        await using var behind = new ChatServer { Settings = [("Inspector:OperatorToken", Operator), ("Proxies:Trusted:0", "127.0.0.1")] };
        for (var i = 0; i < 10; i++) (await Guessed(behind, address)).Should().Be(HttpStatusCode.Forbidden);

        (await Guessed(behind, same)).Should().Be(HttpStatusCode.TooManyRequests);
        var elsewhere = new List<HttpStatusCode>();
        foreach (var other in others) elsewhere.Add(await Guessed(behind, other));
        elsewhere.Should().Contain(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task What_depends_on_who_asks_is_kept_by_no_cache_and_files_are_asked_for_again()
    {
        var link = server.Services.GetInspectorSignInQuery();
        using var form = await AskAsBrowser("/inspect/sign-in");
        using var page = await AskAsBrowser("/inspect");
        using var byLink = await AskAsBrowser($"/inspect/{link}");
        using var right = await Post(Form(Operator));
        using var wrong = await Post(Form(Guess));
        using var refused = await Ask("/inspect/connections", token: null);
        using var list = await Ask("/inspect/connections", Operator);
        using var nobody = await Ask("/session", token: null);
        using var session = await Ask("/session", (await server.SignIn("ada")).AccessToken);
        byLink.Headers.Contains("Set-Cookie").Should().BeTrue();
        foreach (var answer in (HttpResponseMessage[])[form, page, byLink, right, wrong, refused, list, nobody, session]) answer.Headers.GetValues("Cache-Control").Should().Equal("no-store");

        using var file = await Ask("/inspect/assets/inspector/main.js", token: null);
        file.Headers.GetValues("Cache-Control").Should().Equal("no-cache");
        file.Headers.ETag.Should().NotBeNull();
    }

    [Fact]
    public async Task Right_tokens_are_no_guesses()
    {
        for (var i = 0; i < 12; i++)
        {
            using var right = await Post(Form(Operator));
            right.StatusCode.Should().Be(HttpStatusCode.Redirect);
        }
    }

    [Fact]
    public async Task What_is_no_such_form_is_refused()
    {
        HttpContent[] bodies =
        [
            new StringContent($$"""{"token":"{{Operator}}"}""", Encoding.UTF8, "application/json"),
            Form(new string('x', 1_025)),
            Form(new string('x', 60_000)),
            new ChunkedForm($"token={Operator}&more={new string('x', 900)}&more={new string('y', 900)}&more={new string('z', 900)}&more={new string('z', 900)}&more={new string('z', 900)}"),
            new FormUrlEncodedContent([new("token", Operator), new("token", Operator)]),
            new FormUrlEncodedContent([new("code", Operator)]),
            Encoded("utf-7"),
            Encoded("utf-16"),
        ];
        foreach (var body in bodies)
        {
            using var answer = await Post(body);
            answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
            answer.Headers.Contains("Set-Cookie").Should().BeFalse();
        }
    }

    [Fact]
    public async Task Where_there_is_no_token_nothing_is_asked_for()
    {
        await using var application = await StrangersApplication.Start();
        using var http = new HttpClient { BaseAddress = application.Plain };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/inspect/sign-in");
        request.Headers.Accept.ParseAdd("text/html");
        using var page = await http.SendAsync(request, TestContext.Current.CancellationToken);
        (await Text(page)).Should().Contain("There is no operator&#39;s token here").And.NotContain("<input");

        using var empty = await Post(Form(""), application.Plain);
        empty.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("", "/", "/sign-in", "/")]
    [InlineData("/prüf", "/inspect", "/pr%C3%BCf/inspect/sign-in", "/pr%C3%BCf/inspect")]
    [InlineData("", "/{tenant}/i", "/%5Cevil.example/i/sign-in", "/%5Cevil.example/i")]
    [InlineData("", "/{tenant}/i", "/a%0d%0aX%22%3E/i/sign-in", "/a%0D%0AX%22%3E/i")]
    [InlineData("//evil.example", "/inspect", "//evil.example/inspect/sign-in", "/evil.example/inspect")]
    public async Task Wherever_the_inspector_is_the_token_leads_to_it(string pathBase, string path, string address, string location)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSignalR();
        builder.Services.AddConnectionInspector(options => options.OperatorToken = Operator);
        await using var application = builder.Build();
        if (pathBase.Length > 0) application.UsePathBase(pathBase);
        application.UseRouting();
        application.MapConnectionInspector(path);
        await application.StartAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        // A path is asked for as it stands here.
        var root = application.Urls.Single();
        using var answer = await http.PostAsync(new Uri($"{root}{address}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }), Form(Operator), TestContext.Current.CancellationToken);

        answer.StatusCode.Should().Be(HttpStatusCode.Redirect);
        answer.Headers.GetValues("Location").Should().Equal(location);
        answer.Headers.Contains("Set-Cookie").Should().BeTrue();
    }

    [Fact]
    public async Task A_policy_of_the_whole_inspector_is_asked_before()
    {
        await using var application = await StrangersApplication.Start(options => options.OperatorToken = Operator, map: inspector => inspector.RequireAuthorization(StrangersUsers.Operators));
        using var answer = await Post(Form(Operator), application.Plain);
        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Neither_the_token_nor_a_guess_is_recorded_or_logged()
    {
        foreach (var given in (string[])[Operator, Guess])
        {
            using var answer = await Post(Form(given));
            using var chunked = await Post(new ChunkedForm($"token={given}"));
            using var parts = new MultipartFormDataContent { { new StringContent(given), "token" } };
            using var inParts = await Post(parts);
            using var unread = await Post(new StringContent(given, Encoding.UTF8, "text/plain"));
        }

        using var http = server.Http();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Operator);
        var journal = server.Services.GetRequiredService<Journal>();
        await server.Logged("POST /inspect/sign-in");
        var ids = journal.Connections.Select(connection => connection.Id).ToList();
        ids.Should().NotBeEmpty();
        var recorded = new StringBuilder();
        foreach (var format in (string[])["ndjson", "har", "pcapng", "capture"])
        {
            recorded.Append(Encoding.Latin1.GetString(await http.GetByteArrayAsync(
                new Uri($"/inspect/export?connections={string.Join(',', ids)}&format={format}", UriKind.Relative), TestContext.Current.CancellationToken)));
        }

        var everything = recorded.ToString();
        everything.Should().Contain("/inspect/sign-in");
        server.Log.Should().Contain(line => line.StartsWith("Debug RealtimeHello.Layers.Http", StringComparison.Ordinal));
        var logged = string.Join('\n', server.Log);
        foreach (var secret in (string[])[Operator, Guess, Convert.ToHexString(Encoding.ASCII.GetBytes(Operator)), Convert.ToBase64String(Encoding.ASCII.GetBytes(Operator))])
        {
            everything.Should().NotContainEquivalentOf(secret);
            logged.Should().NotContainEquivalentOf(secret);
        }
    }

    private static FormUrlEncodedContent Encoded(string charset)
    {
        var form = Form(Operator);
        form.Headers.ContentType!.CharSet = charset;
        return form;
    }

    private static async Task<HttpStatusCode> Guessed(ChatServer server, string from)
    {
        using var http = server.Http();
        http.DefaultRequestHeaders.Add("X-Forwarded-For", from);
        using var answer = await http.PostAsync(new Uri("/inspect/sign-in", UriKind.Relative), Form(Guess), TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private async Task<HttpResponseMessage> AskAsBrowser(string path)
    {
        using var http = server.Http();
        http.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        return await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
    }

    private async Task<HttpResponseMessage> Ask(string path, string? token)
    {
        using var http = server.Http();
        if (token is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
    }

    private Task<HttpResponseMessage> Post(HttpContent body) => Post(body, server.Address);

    private static async Task<HttpResponseMessage> Post(HttpContent body, Uri address, string? origin = null)
    {
        using var http = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/inspect/sign-in")) { Content = body };
        if (origin is not null) request.Headers.Add("Origin", origin);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static FormUrlEncodedContent Form(string token) => new([new("token", token)]);

    private static Task<string> Text(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    /// <summary>A form whose length is not told before.</summary>
    private sealed class ChunkedForm : StringContent
    {
        public ChunkedForm(string text)
            : base(text, Encoding.ASCII, "application/x-www-form-urlencoded") => Headers.ContentLength = null;

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
