using RealtimeHello.Client.Chat;

namespace RealtimeHello.Tests.Client.Chat;

public sealed class BackoffTests
{
    [Fact]
    public void The_ceiling_doubles_to_its_limit_and_begins_anew_behind_a_success()
    {
        var backoff = new Backoff(new Always(0.999));
        double[] ceilings = [.. Enumerable.Range(0, 8).Select(_ => Math.Round(backoff.Next().TotalSeconds))];
        ceilings.Should().Equal(1, 2, 4, 8, 16, 30, 30, 30);
        backoff.Reset();
        backoff.Next().TotalSeconds.Should().BeApproximately(1, 0.01);
    }

    [Fact]
    public void It_is_never_shorter_than_the_shortest()
    {
        var backoff = new Backoff(new Always(0));
        for (var i = 0; i < 10; i++) backoff.Next().Should().Be(Backoff.Shortest);
    }

    private sealed class Always(double value) : Random
    {
        public override double NextDouble() => value;
    }
}
