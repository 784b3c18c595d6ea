using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Server.Accounts;
using RealtimeHello.Server.Storage;
using RealtimeHello.Tests.Inspector;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Server;

public sealed class SignOutTests(ChatServer server) : IClassFixture<ChatServer>
{
    [Fact]
    public async Task Signing_out_ends_every_cookie_and_token_of_the_sign_in_and_its_connections()
    {
        using var http = server.Http();
        using var first = await http.PostAsJsonAsync("/session", new { name = "two-tabs" });
        var ada = (await first.Content.ReadFromJsonAsync<Session>())!;
        var cookie = first.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ada.AccessToken);
        using var second = await http.PostAsJsonAsync("/session", new { name = "two-tabs" });
        var renewed = (await second.Content.ReadFromJsonAsync<Session>())!;
        await using var json = await RawHub.Connect(server.Address, () => Task.FromResult(ada), "json");
        await using var pack = await RawHub.Connect(server.Address, () => Task.FromResult(renewed), "messagepack");
        await server.Logged("ChatHub: two-tabs");
        // Whose call was answered is wholly connected: a sign-out meanwhile would fail the connecting itself.
        await json.SendJson("""{"type":1,"invocationId":"asked","target":"ListRooms","arguments":[]}""");
        await json.Find("asked");
        await pack.SendMessagePack([0x95, 0x01, 0x80, 0xA5, .. "asked"u8, 0xA9, .. "ListRooms"u8, 0x90]);
        await pack.Find("asked");
        var free = Freed("two-tabs");

        (await SignOut(server, ("Cookie", cookie))).Should().Be(HttpStatusCode.NoContent);

        foreach (var credential in new[] { ("Cookie", cookie), ("Authorization", $"Bearer {ada.AccessToken}"), ("Authorization", $"Bearer {renewed.AccessToken}") })
        {
            (await Get(server, "/session", credential)).Should().Be(HttpStatusCode.Unauthorized);
            (await Get(server, "/inspect/connections", credential)).Should().Be(HttpStatusCode.Unauthorized);
        }

        var again = () => server.Hub(ada).StartAsync();
        (await again.Should().ThrowAsync<Exception>()).Which.Message.Should().Contain("401");
        (await json.ReadToClose().WaitAsync(TimeSpan.FromSeconds(20))).Should().Contain("""{"type":7,"error":"Connection closed with an error. HubException: not_allowed: You signed out."}""");
        (await pack.ReadToClose().WaitAsync(TimeSpan.FromSeconds(20))).Should().Contain("not_allowed: You signed out.");
        await json.DisposeAsync();
        await pack.DisposeAsync();
        foreach (var protocol in new[] { "json", "messagepack" })
        {
            var close = (await server.Services.GetRequiredService<Journal>().FirstClosed(record => record.UserName == "two-tabs" && record.Facts.HubProtocol == protocol)).Close!;
            close.Should().BeEquivalentTo(new { By = ClosedBy.Server, Layer = Layer.SignalR, Cause = CloseCauses.ServerClosed }, close.Sentence);
            close.Sentence.Should().Contain("not_allowed: You signed out.");
        }

        await free;
        (await server.SignIn("two-tabs")).User.Should().NotBe(ada.User);
    }

    [Fact]
    public async Task Signing_out_ends_the_feeds_of_the_user_and_of_nobody_else()
    {
        var (ada, bob) = (await server.SignIn("feed-ada"), await server.SignIn("feed-bob"));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var http = server.Http();
        using var adas = await Feed(http, ada, limit.Token);
        using var bobs = await Feed(http, bob, limit.Token);
        var bobsEnd = bobs.ReadToEndAsync(limit.Token);

        (await SignOut(server, ("Authorization", $"Bearer {ada.AccessToken}"))).Should().Be(HttpStatusCode.NoContent);

        (await adas.ReadToEndAsync(limit.Token)).Should().StartWith("event: ready");
        bobsEnd.IsCompleted.Should().BeFalse();
        (await SignOut(server, ("Authorization", $"Bearer {bob.AccessToken}"))).Should().Be(HttpStatusCode.NoContent);
        await bobsEnd;
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

        (await Get(after, "/session", ("Authorization", $"Bearer {ada.AccessToken}"))).Should().Be(HttpStatusCode.Unauthorized);
        (await Get(after, "/session", ("Authorization", $"Bearer {bob.AccessToken}"))).Should().Be(HttpStatusCode.OK);
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

        (await Get(server, "/session", credential)).Should().Be(HttpStatusCode.OK);
        await server.Logged("The message store works again");
        (await SignOut(server, credential)).Should().Be(HttpStatusCode.NoContent);
        (await Get(server, "/session", credential)).Should().Be(HttpStatusCode.Unauthorized);
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

    private static async Task<StreamReader> Feed(HttpClient http, Session user, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/inspect/events");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user.AccessToken);
        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return new StreamReader(await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(cancellationToken));
    }

    private static Task<HttpStatusCode> SignOut(ChatServer server, params (string Name, string Value)[] headers) => Send(server, HttpMethod.Delete, "/session", headers);

    private static Task<HttpStatusCode> Get(ChatServer server, string path, params (string Name, string Value)[] headers) => Send(server, HttpMethod.Get, path, headers);

    private static async Task<HttpStatusCode> Send(ChatServer server, HttpMethod method, string path, (string Name, string Value)[] headers)
    {
        using var http = server.Http();
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }
}
