using System.Threading.Channels;
using RealtimeHello.Contracts;
using RealtimeHello.Server.Chat;

namespace RealtimeHello.Tests.Server;

public sealed class RoomNewsTests : IDisposable
{
    private readonly Channel<string> told = Channel.CreateUnbounded<string>();
    private readonly HandTurnedClock clock = new();
    private readonly RoomNews news;
    private bool readable = true;

    public RoomNewsTests() => news = new RoomNews(
        room => Task.FromResult(readable ? new RoomSummary(room, 1, 1, DateTime.UnixEpoch) : null),
        summary => told.Writer.TryWrite(summary.Room),
        clock);

    public void Dispose() => news.Dispose();

    [Fact]
    public async Task The_first_change_is_told_at_once_and_what_follows_once_a_second()
    {
        news.Changed("a");
        (await Next()).Should().Be("a");
        (await clock.Armed()).Should().Be(TimeSpan.FromSeconds(1));

        for (var i = 0; i < 100; i++) news.Changed("a");
        news.Changed("b");
        clock.Elapse();
        (await clock.Armed()).Should().Be(TimeSpan.FromSeconds(1));
        Told().Should().BeEquivalentTo("a", "b");

        // A second without a change ends the pause: nothing is told, and the next change is at once again.
        clock.Elapse();
        Told().Should().BeEmpty();
        news.Changed("c");
        (await Next()).Should().Be("c");
    }

    [Fact]
    public async Task More_rooms_than_a_second_takes_wait_for_the_next_one()
    {
        news.Changed("first");
        await Next();
        await clock.Armed();

        for (var i = 0; i < RoomNews.MostAtOnce + 1; i++) news.Changed($"room-{i}");
        clock.Elapse();
        await clock.Armed();
        var second = Told();
        clock.Elapse();
        await clock.Armed();
        var third = Told();

        second.Should().HaveCount(RoomNews.MostAtOnce);
        third.Should().ContainSingle();
        second.Concat(third).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task A_room_that_can_not_be_read_now_is_told_later()
    {
        readable = false;
        news.Changed("a");
        await clock.Armed();
        Told().Should().BeEmpty();

        readable = true;
        clock.Elapse();
        (await Next()).Should().Be("a");
    }

    private async Task<string> Next() => await told.Reader.ReadAsync(TestContext.Current.CancellationToken);

    private List<string> Told()
    {
        var rooms = new List<string>();
        while (told.Reader.TryRead(out var room)) rooms.Add(room);
        return rooms;
    }

    /// <summary>A clock whose one timer says when it is set, and fires when the test wants.</summary>
    private sealed class HandTurnedClock : TimeProvider
    {
        private readonly Channel<TimeSpan> armed = Channel.CreateUnbounded<TimeSpan>();
        private Action fire = () => throw new InvalidOperationException("No timer was made.");

        /// <summary>The next time that the timer is set: to go off after how long.</summary>
        public async Task<TimeSpan> Armed() => await armed.Reader.ReadAsync(TestContext.Current.CancellationToken);

        public void Elapse() => fire();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            fire = () => callback(state);
            return new Timer(armed.Writer);
        }

        private sealed class Timer(ChannelWriter<TimeSpan> armed) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => armed.TryWrite(dueTime);

            public void Dispose() => armed.TryComplete();

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
