using CsCheck;
using RealtimeHello.Layers;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Tests.Recording;

/// <summary>What goes to many is kept once, and nobody can tell by what is read.</summary>
public sealed class FanOutTests
{
    [Fact]
    public void Whatever_comes_in_whatever_order_what_is_found_is_what_was_asked_for() =>
        // Few kinds of messages, alike in the places that are looked at first.
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 120], Gen.Int[1, 12]).Array[1, 40].Sample(
            steps =>
            {
                var fanOuts = new FanOuts();
                foreach (var (kind, length, times) in steps)
                {
                    var message = MessageOf(length, (byte)kind);
                    for (var i = 1; i <= times; i++)
                    {
                        var found = fanOuts.Find(message);
                        if (found is not null) found.Bytes.SequenceEqual(message).Should().BeTrue();
                        if (length < FanOuts.Shortest) found.Should().BeNull();
                    }
                }
            },
            iter: 2_000);

    [Fact]
    public void Two_rooms_that_send_in_turns_are_both_shared_from_the_eighth_time_on()
    {
        var fanOuts = new FanOuts();
        var (one, other) = (MessageOf(100, 1), MessageOf(200, 2));
        for (var i = 1; i < FanOuts.TimesUntilShared; i++)
        {
            fanOuts.Find(one).Should().BeNull();
            fanOuts.Find(other).Should().BeNull();
        }

        var (first, second) = (fanOuts.Find(one), fanOuts.Find(other));
        first.Should().NotBeNull();
        second.Should().NotBeNull().And.NotBeSameAs(first);
        fanOuts.Find(one.ToArray()).Should().BeSameAs(first);
        fanOuts.Find(other.ToArray()).Should().BeSameAs(second);
    }

    [Fact]
    public async Task Threads_that_meet_find_nothing_wrong()
    {
        var fanOuts = new FanOuts();
        var found = await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            var shared = 0;
            for (var i = 0; i < 200_000; i++)
            {
                var message = MessageOf(60 + (i / 50 % 3), (byte)(i / 200 % 2));
                if (fanOuts.Find(message) is not { } chunk) continue;
                if (!chunk.Bytes.SequenceEqual(message)) return -1;
                shared++;
            }

            return shared;
        })));

        found.Should().OnlyContain(shared => shared > 0);
    }

    [Fact]
    public void The_logs_of_a_room_hold_one_message_together_and_each_tells_it_whole()
    {
        var journal = new Journal();
        var members = Enumerable.Range(0, 20).Select(i => new RecordedConversation(journal, $"C{i}").Upgrade().Handshake()).ToList();
        for (var i = 0; i < 30; i++)
            foreach (var member in members) member.Sent(RecordedConversation.Frame($$"""{"type":1,"target":"Posted","arguments":["message {{i}} of a room with many members"]}""" + "\u001e", masked: false));
        members[5].Recorder.Close();

        var kept = members.ConvertAll(member => SharedOf(member.Recorder.Record.Log));
        kept.Should().AllSatisfy(shared => shared.Count.Should().BeGreaterThanOrEqualTo(29, "only the first messages to the first members came too soon"));
        kept[^1].Should().Equal(kept[^2]);
        foreach (var member in members)
        {
            member.Events().Select(happened => happened.Detail).OfType<InvocationMessage>().Select(invocation => invocation.Target).Should().HaveCount(30).And.OnlyContain(target => target == "Posted");
            member.Events(RealtimeHello.Layers.Decoding.DecodingDepth.Full).Should().NotContain(happened => happened.Detail is DecodeFault || happened.Detail is Gap);
        }

        journal.Size.Should().Be(members.Sum(member => member.Recorder.Record.Size));
    }

    [Fact]
    public void A_room_stays_within_the_budget_of_each_connection_as_if_nothing_were_shared()
    {
        var journal = new Journal(new JournalOptions { ConnectionBytes = 64 * 1024 });
        var members = Enumerable.Range(0, 10).Select(i => new RecordedConversation(journal, $"C{i}").Upgrade().Handshake()).ToList();
        for (var i = 0; i < 2_000; i++)
            foreach (var member in members) member.Sent(RecordedConversation.Frame($"{{\"type\":1,\"target\":\"Posted\",\"arguments\":[{i},\"{new string('x', i % 700)}\"]}}\u001e", masked: false));

        foreach (var member in members)
        {
            member.Recorder.Record.Size.Should().BeInRange(40 * 1024, 66 * 1024);
            var told = member.Events().Select(happened => happened.Detail).ToList();
            told.OfType<Gap>().Should().ContainSingle();
            told.OfType<InvocationMessage>().Should().HaveCountGreaterThan(90, "a seventh of the budget is not spent on messages");
        }
    }

    private static byte[] MessageOf(int length, byte kind)
    {
        var message = new byte[length];
        Array.Fill(message, (byte)'m');
        if (length > 9) message[9] = kind;
        return message;
    }

    private static List<SharedChunk> SharedOf(ConnectionLog log)
    {
        var (shared, number, bytes) = (new List<SharedChunk>(), 0L, Array.Empty<byte>());
        while (log.TryReadAfter(number, out var entry, ref bytes))
        {
            if (entry.Shared is { } chunk) shared.Add(chunk);
            number = entry.Number;
        }

        return shared;
    }
}
