using CsCheck;
using RealtimeHello.Client.Chat;
using RealtimeHello.Contracts;

namespace RealtimeHello.Tests.Client.Chat;

public sealed class RoomTimelineTests
{
    [Fact]
    public void Messages_are_handed_out_in_order_and_once_however_they_arrive()
    {
        Gen.Int[1, 40].List[1, 120].Sample(arrivals =>
        {
            var timeline = new RoomTimeline();
            timeline.Begin(after: 0);
            var handed = arrivals.Concat(Enumerable.Range(1, 40)).SelectMany(number => timeline.Accept(Message(number))).Select(message => message.Number).ToList();
            handed.Should().Equal(Enumerable.Range(1, 40).Select(number => (long)number));
            timeline.HasGap.Should().BeFalse();
        }, iter: 500);
    }

    [Fact]
    public void A_number_that_is_heard_of_is_a_gap_until_its_message_comes()
    {
        var timeline = new RoomTimeline();
        timeline.Accept(Message(5)).Should().BeEmpty("it has not begun");
        timeline.Begin(after: 4);
        timeline.HasGap.Should().BeFalse();
        timeline.Notice(6);
        timeline.HasGap.Should().BeTrue();
        timeline.Accept(Message(6)).Should().BeEmpty();
        timeline.Accept(Message(5)).Select(message => message.Number).Should().Equal(5, 6);
        (timeline.HasGap, timeline.Delivered).Should().Be((false, 6));
    }

    [Fact]
    public void What_runs_ahead_is_bounded_and_what_was_dropped_is_a_gap()
    {
        var timeline = new RoomTimeline();
        timeline.Begin(after: 0);
        for (var number = 2; number < 2 + RoomTimeline.MostAhead + 100; number++) timeline.Accept(Message(number));
        timeline.Accept(Message(1)).Should().HaveCount(RoomTimeline.MostAhead + 1);
        timeline.HasGap.Should().BeTrue();
        timeline.Delivered.Should().Be(RoomTimeline.MostAhead + 1);
    }

    [Fact]
    public void It_can_begin_anew_under_the_old_numbers()
    {
        var timeline = new RoomTimeline();
        timeline.Begin(after: 100);
        timeline.Accept(Message(103));
        timeline.Begin(after: 0);
        timeline.HasGap.Should().BeFalse();
        timeline.Accept(Message(1)).Should().ContainSingle();
    }

    internal static ChatMessage Message(long number) => new("lobby", number, Guid.CreateVersion7(), "ada", $"text {number}", DateTime.UnixEpoch);
}
