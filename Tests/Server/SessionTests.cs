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
    [InlineData("Ada", "ADA")]
    [InlineData("e\u0301va", "\u00e9VA")]
    [InlineData("ｆｕｌｌ", "full")]
    public void Names_that_look_alike_are_one(string one, string other)
    {
        UserName.TryParse(one, out var first).Should().BeTrue();
        UserName.TryParse(other, out var second).Should().BeTrue();

        first!.Key.Should().Be(second!.Key);
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
    public async Task Signing_out_frees_the_name()
    {
        var ada = await server.SignIn("leaver");
        using var http = server.Http();
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/session");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ada.AccessToken);

        using var answer = await http.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.NoContent);
        answer.Headers.GetValues("Set-Cookie").Single().Should().StartWith("realtimehello=;");
        (await server.SignIn("leaver")).User.Should().NotBe(ada.User);
    }

    [Fact]
    public void A_name_that_was_signed_out_of_is_free_when_its_last_connection_has_ended()
    {
        UserName.TryParse("ada", out var name).Should().BeTrue();
        var names = new GuestNames(new FakeTimeProvider());
        var (ada, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        names.Claim(name!, ada);
        names.Connect(name!, ada);
        names.Connect(name!, ada);

        names.Release(name!, ada);
        names.Disconnect(name!, ada);
        names.FindOther(name!, other).Should().Be(new NameHolder(null));
        names.Disconnect(name!, ada);

        names.FindOther(name!, other).Should().BeNull();
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
