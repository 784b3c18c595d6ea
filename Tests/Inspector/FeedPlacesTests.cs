using System.Net;
using System.Net.Http;

namespace RealtimeHello.Tests.Inspector;

public sealed class FeedPlacesTests
{
    [Fact]
    public async Task Users_that_take_every_feed_they_may_leave_places_to_the_operators()
    {
        const int most = 12;
        const int mostOfOne = 4;
        await using var application = await StrangersApplication.Start(options =>
            (options.OperatorToken, options.UserId, options.MostFeeds, options.MostFeedsOfOne) = ("token", user => user.FindFirst("sub")?.Value, most, mostOfOne));
        using var http = new HttpClient { BaseAddress = application.Plain };
        var open = new List<HttpResponseMessage>();
        var users = 0;
        for (var i = 0; i < 2 * most; i++)
        {
            if (await Open(StrangersUsers.Authorization($"guest{i % 6}")) == HttpStatusCode.OK) users++;
        }

        users.Should().BePositive().And.BeLessThan(most);
        var operators = new List<HttpStatusCode>();
        for (var i = 0; i <= most; i++) operators.Add(await Open("Bearer token"));

        var theirs = operators.TakeWhile(status => status == HttpStatusCode.OK).Count();
        theirs.Should().Be(Math.Min(mostOfOne, most - users)).And.BeGreaterThan(2);
        operators.Skip(theirs).Should().OnlyContain(status => status == HttpStatusCode.TooManyRequests, "everything stays bounded");
        open.ForEach(answer => answer.Dispose());

        async Task<HttpStatusCode> Open(string authorization)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/inspect/events");
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
            open.Add(await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken));
            return open[^1].StatusCode;
        }
    }
}
