using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Time.Testing;
using RealtimeHello.Server.Accounts;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Server;

public sealed class SessionTests(ChatServer server) : IClassFixture<ChatServer>
{
    [Fact]
    public async Task Signing_in_gives_a_cookie_and_a_token_that_both_say_who_one_is()
    {
        using var http = server.Http();
        using var answer = await http.PostAsJsonAsync("/session", new { name = "cookie-ada" });
        var session = await answer.Content.ReadFromJsonAsync<Session>();
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();

        cookie.Should().Contain("httponly").And.Contain("samesite=strict");
        (await Who(server, ("Cookie", cookie.Split(';')[0]))).Should().Be((HttpStatusCode.OK, session!.User));
        (await Who(server, ("Authorization", $"Bearer {session.AccessToken}"))).Should().Be((HttpStatusCode.OK, session.User));
        (await Who(server)).Status.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("""{"name":""}""")]
    [InlineData("""{"name":"a b"}""")]
    [InlineData("""{"name":"abcdefghijklmnopqrstuvwxy"}""")]
    [InlineData("""{"name":"<b>"}""")]
    [InlineData("""{"name":"a\u001b"}""")]
    [InlineData("""{"name":"\ud800"}""")]
    [InlineData("""{"name":"\u3164"}""")]
    [InlineData("""{"name":"ada\u115f"}""")]
    [InlineData("""{"name":"a\u200dda"}""")]
    [InlineData("""{"name":5}""")]
    [InlineData("""{"nom":"ada"}""")]
    [InlineData("[]")]
    [InlineData("rubbish")]
    [InlineData("")]
    public async Task Bad_names_are_refused(string body)
    {
        using var http = server.Http();

        using var answer = await http.PostAsync("/session", new StringContent(body, Encoding.UTF8, "application/json"));

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_that_is_too_large_is_a_bad_name_and_no_failure_of_the_server(bool chunked)
    {
        await using var server = new ChatServer();
        using var http = server.Http();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/session") { Content = new StringContent(new string(' ', 100_000), Encoding.UTF8, "application/json") };
        request.Headers.TransferEncodingChunked = chunked;

        using var answer = await http.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        server.Log.Should().NotContain(line => line.StartsWith("Error ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Ada", "ADA")]
    [InlineData("e\u0301va", "\u00e9VA")]
    [InlineData("ｆｕｌｌ", "full")]
    public void Names_that_look_alike_are_one(string one, string other)
    {
        UserName.TryParse(one, out var first).Should().BeTrue();
        UserName.TryParse(other, out var second).Should().BeTrue();

        first!.Key.Should().Be(second!.Key);
    }

    /// <summary>Against the whole of Unicode: Default_Ignorable_Code_Point of DerivedCoreProperties.txt, 17.0.</summary>
    [Fact]
    public void Nothing_that_Unicode_lets_programs_leave_out_stands_in_a_name()
    {
        (int First, int Last)[] ignorable =
        [
            (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F),
            (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
        ];

        ignorable.SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1))
            .Where(value => UserName.TryParse($"ada{new Rune(value)}", out _)).Should().BeEmpty();
        UserName.TryParse("ada\U00013441", out _).Should().BeFalse("it is a hieroglyph that is blank");
        UserName.TryParse("가나다", out _).Should().BeTrue();
    }

    [Fact]
    public async Task A_name_is_held_for_ten_minutes_and_while_a_connection_lives_and_then_it_is_free()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = new ChatServer { Clock = clock };
        var ada = await server.SignIn("Ada");
        var hub = server.Hub(ada);
        await hub.StartAsync();
        // A client has connected when the handshake is answered; the hub knows of it a little later.
        await server.Logged("ChatHub: Ada");

        clock.Advance(TimeSpan.FromMinutes(30));
        var (status, problem) = await TrySignIn(server, "ada");
        status.Should().Be(HttpStatusCode.Conflict);
        problem.GetProperty("heldUntil").ValueKind.Should().Be(JsonValueKind.Null);

        await hub.StopAsync();
        await server.Logged("disconnected");
        clock.Advance(TimeSpan.FromMinutes(9));
        (status, problem) = await TrySignIn(server, "ada");
        status.Should().Be(HttpStatusCode.Conflict);
        (await TrySignIn(server, "ada", ada.AccessToken)).Status.Should().Be(HttpStatusCode.OK, "its holder gets it again");

        clock.Advance(TimeSpan.FromMinutes(11));
        var (taken, other) = await TrySignIn(server, "ada");
        taken.Should().Be(HttpStatusCode.OK);
        other.GetProperty("user").GetString().Should().NotBe(ada.User);
        (await Who(server, ("Authorization", $"Bearer {ada.AccessToken}"))).Status.Should().Be(HttpStatusCode.Unauthorized, "the name belongs to somebody else now");
        var late = () => server.Hub(ada).StartAsync();
        (await late.Should().ThrowAsync<Exception>()).Which.Message.Should().Contain("401");
    }

    [Fact]
    public async Task A_restart_keeps_tokens_and_held_names()
    {
        using var folder = new TemporaryFolder();
        Session ada;
        await using (var before = new ChatServer { DataFolder = folder.Path }) ada = await before.SignIn("ada");

        await using var after = new ChatServer { DataFolder = folder.Path };

        (await Who(after, ("Authorization", $"Bearer {ada.AccessToken}"))).Should().Be((HttpStatusCode.OK, ada.User));
        (await TrySignIn(after, "ADA")).Status.Should().Be(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Too_many_sign_ins_are_slowed_down()
    {
        await using var strict = new ChatServer { Settings = [("Chat:SignInsPerMinute", "6")] };
        for (var i = 0; i < 6; i++) await strict.SignIn($"guest{i}");

        var (status, problem) = await TrySignIn(strict, "one-more");

        status.Should().Be(HttpStatusCode.TooManyRequests);
        problem.GetProperty("title").GetString().Should().Be("Too many sign-ins");
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> TrySignIn(ChatServer server, string name, string? token = null)
    {
        using var http = server.Http();
        if (token is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await http.PostAsJsonAsync("/session", new { name });
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    private static async Task<(HttpStatusCode Status, string? User)> Who(ChatServer server, params (string Name, string Value)[] headers)
    {
        using var http = server.Http();
        foreach (var (name, value) in headers) http.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        using var answer = await http.GetAsync("/session");
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (answer.StatusCode, body.TryGetProperty("user", out var user) ? user.GetString() : null);
    }
}
