using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using RealtimeHello.Client.Accounts;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client.Accounts;

/// <summary>What is made of a server's refusal.</summary>
public sealed class GuestSignInTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 25, 22, 0, 0, TimeSpan.Zero));

    public GuestSignInTests() => _clock.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("there", new TimeSpan(1, 30, 0), "there", "there"));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("\"2026-11-25T22:09:03Z\"", "Somebody else holds this name until 23:39. Choose another one.")]
    [InlineData("\"2026-11-25T22:39:03Z\"", "Somebody else holds this name until 00:09 of 2026-11-26. Choose another one.")]
    [InlineData("null", "The server's own words.")]
    [InlineData("\"soon\"", "The server's own words.")]
    [InlineData("7", "The server answered the sign-in with 409")]
    public async Task A_held_name_comes_free_at_a_local_time(string heldUntil, string sentence)
    {
        ServerAddress.TryParse("http://localhost:5080", out var server, out _).Should().BeTrue();
        using var refusing = new Refusing($$"""{"title":"Name held","detail":"The server's own words.","heldUntil":{{heldUntil}}}""");
        using var signIn = new GuestSignIn(refusing, server!, new TokenStore(_folder.Path, _clock, _ => { }), _clock);

        var signing = () => signIn.SignIn("ada", TestContext.Current.CancellationToken);

        var trouble = (await signing.Should().ThrowAsync<ServerTrouble>()).Which;
        trouble.Status.Should().Be(409);
        trouble.Message.Replace($"{server} answered", "The server answered", StringComparison.Ordinal).Should().StartWith(sentence);
    }

    private sealed class Refusing(string problem) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.Conflict) { Content = new StringContent(problem, Encoding.UTF8, "application/problem+json") });
    }
}
