using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RealtimeHello.Server.Accounts;
using RealtimeHello.Server.Storage;
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
    public async Task Signing_out_ends_every_cookie_and_token_of_the_sign_in_and_its_connections()
    {
        using var http = server.Http();
        using var first = await http.PostAsJsonAsync("/session", new { name = "two-tabs" });
        var ada = (await first.Content.ReadFromJsonAsync<Session>())!;
        var cookie = first.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        var (_, renewed) = await TrySignIn(server, "two-tabs", ada.AccessToken);
        await using var json = await RawHub.Connect(server.Address, () => Task.FromResult(ada), "json");
        await using var pack = await RawHub.Connect(server.Address, () => Task.FromResult(renewed.Deserialize<Session>(JsonSerializerOptions.Web)!), "messagepack");
        await server.Logged("ChatHub: two-tabs");
        var free = Freed("two-tabs");

        (await SignOut(server, ("Cookie", cookie))).Should().Be(HttpStatusCode.NoContent);

        foreach (var credential in new[] { ("Cookie", cookie), ("Authorization", $"Bearer {ada.AccessToken}"), ("Authorization", $"Bearer {renewed.GetProperty("accessToken")}") })
        {
            (await Who(server, credential)).Status.Should().Be(HttpStatusCode.Unauthorized);
            (await Get(server, "/inspect/connections", credential)).Should().Be(await Get(server, "/inspect/connections"), "it is nobody's any more");
        }

        var again = () => server.Hub(ada).StartAsync();
        (await again.Should().ThrowAsync<Exception>()).Which.Message.Should().Contain("401");
        (await json.ReadToClose().WaitAsync(TimeSpan.FromSeconds(20))).Should().Contain("""{"type":7,"error":"Connection closed with an error. HubException: not_allowed: You signed out."}""");
        (await pack.ReadToClose().WaitAsync(TimeSpan.FromSeconds(20))).Should().Contain("not_allowed: You signed out.");
        await free;
        (await server.SignIn("two-tabs")).User.Should().NotBe(ada.User);
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
    public async Task Who_signs_out_between_the_upgrade_and_the_handshake_does_not_come_in()
    {
        var ada = await server.SignIn("hesitant");
        await using var wire = await RawHub.Connect(server.Address, () => Task.FromResult(ada), null);
        await SignOut(server, ("Authorization", $"Bearer {ada.AccessToken}"));

        await wire.Send("{\"protocol\":\"json\",\"version\":1}\u001e"u8.ToArray(), WebSocketMessageType.Text);

        (await wire.ReadToClose().WaitAsync(TimeSpan.FromSeconds(20))).Should().Contain("not_allowed: You signed out.");
    }

    [Fact]
    public async Task A_restart_revives_nobody_who_signed_out()
    {
        using var folder = new TemporaryFolder();
        Session ada, bob;
        await using (var before = new ChatServer { DataFolder = folder.Path })
        {
            ada = await before.SignIn("ada");
            bob = await before.SignIn("bob");
            await SignOut(before, ("Authorization", $"Bearer {ada.AccessToken}"));
        }

        await using var after = new ChatServer { DataFolder = folder.Path };

        (await Who(after, ("Authorization", $"Bearer {ada.AccessToken}"))).Status.Should().Be(HttpStatusCode.Unauthorized);
        (await Who(after, ("Authorization", $"Bearer {bob.AccessToken}"))).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_sign_out_that_can_not_be_kept_is_refused()
    {
        await using var server = new ChatServer();
        var ada = await server.SignIn("ada");
        var credential = ("Authorization", $"Bearer {ada.AccessToken}");
        using (var thief = new SqliteConnection($"Data Source={server.Services.GetRequiredService<SqliteDatabase>().Path};Pooling=false"))
        {
            thief.Open();
            using var theft = thief.BeginTransaction();
            (await SignOut(server, credential)).Should().Be(HttpStatusCode.ServiceUnavailable);
        }

        (await Who(server, credential)).Status.Should().Be(HttpStatusCode.OK);
        await server.Logged("The message store works again");
        (await SignOut(server, credential)).Should().Be(HttpStatusCode.NoContent);
        (await Who(server, credential)).Status.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Sign_outs_are_remembered_until_every_ticket_has_expired_and_the_latest_ones_only()
    {
        await using var server = new ChatServer();
        _ = server.Address;
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var store = server.Services.GetRequiredService<SignOutStore>();
        var signOuts = new SignOuts(store, clock) { Most = 2 };
        var users = Enumerable.Range(0, 4).Select(_ => Guid.CreateVersion7()).ToArray();
        foreach (var user in users[..3])
        {
            clock.Advance(TimeSpan.FromDays(1));
            await signOuts.Add(user);
        }

        users.Select(signOuts.Has).Should().Equal(false, true, true, false);
        (await store.Load(TestContext.Current.CancellationToken)).Select(kept => kept.User).Should().Equal(users[1], users[2]);

        clock.Advance(AccountsSetup.TokenLifetime - TimeSpan.FromMinutes(1));
        await signOuts.Add(users[3]);
        var restarted = new SignOuts(store, clock);
        await restarted.StartAsync(TestContext.Current.CancellationToken);

        users.Select(signOuts.Has).Should().Equal(false, false, true, true);
        users.Select(restarted.Has).Should().Equal(false, false, true, true);
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

    /// <summary>Done when nobody holds the name.</summary>
    private Task Freed(string text)
    {
        UserName.TryParse(text, out var name).Should().BeTrue();
        var names = server.Services.GetRequiredService<GuestNames>();
        var free = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        names.Changed += () =>
        {
            if (names.FindOther(name!, Guid.Empty) is null) free.TrySetResult();
        };
        return free.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static async Task<HttpStatusCode> SignOut(ChatServer server, params (string Name, string Value)[] headers)
    {
        using var http = server.Http();
        foreach (var (name, value) in headers) http.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        using var answer = await http.DeleteAsync("/session");
        return answer.StatusCode;
    }

    private static async Task<HttpStatusCode> Get(ChatServer server, string path, params (string Name, string Value)[] headers)
    {
        using var http = server.Http();
        foreach (var (name, value) in headers) http.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        using var answer = await http.GetAsync(path);
        return answer.StatusCode;
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
