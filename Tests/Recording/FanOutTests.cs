using CsCheck;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Tests.Recording;

/// <summary>What goes to many is kept once, and nobody can tell by what is read.</summary>
public sealed class FanOutTests
{
    [Fact]
    public void Whatever_comes_in_whatever_order_what_is_found_is_what_was_asked_for() =>
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
                        if (found is not null) found.SequenceEqual(message).Should().BeTrue();
                        if (length < FanOuts.Shortest) found.Should().BeNull();
                    }
                }
            },
            iter: 2_000);

    [Fact]
    public void Two_rooms_that_send_in_turns_are_both_shared_after_a_few_times()
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
                if (!chunk.SequenceEqual(message)) return -1;
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
        var members = RecordedConversation.Many(journal, 20);
        for (var i = 0; i < 30; i++)
            SendAll(members, $"\"message {i} of a room with many members\"");
        members[5].Recorder.Close();

        var kept = members.ConvertAll(member => SharedOf(member.Recorder.Record.Log));
        kept.Take(FanOuts.TimesUntilShared - 1).Should().OnlyContain(shared => shared.Count == 0, "the first members to be told can't know yet that others are");
        kept.Skip(FanOuts.TimesUntilShared - 1).Should().OnlyContain(shared => shared.Count == 30);
        kept[^1].Should().Equal(kept[FanOuts.TimesUntilShared]);
        foreach (var member in members)
        {
            member.Events().Select(happened => happened.Detail).OfType<InvocationMessage>().Select(invocation => invocation.Target).Should().HaveCount(30).And.OnlyContain(target => target == "Posted");
            member.Events().Should().NotContain(happened => happened.Detail is DecodeFault || happened.Detail is Gap);
        }

        journal.Size.Should().Be(members.Sum(member => member.Recorder.Record.Size) + journal.SizeOfPlaces);
    }

    [Fact]
    public void A_room_stays_within_the_budget_of_each_connection_as_if_nothing_were_shared()
    {
        var journal = new Journal(new JournalOptions { ConnectionBytes = 64 * 1024 });
        var members = RecordedConversation.Many(journal, 10);
        for (var i = 0; i < 2_000; i++)
            SendAll(members, $"{i},\"{new string('x', i % 700)}\"");

        foreach (var member in members)
        {
            member.Recorder.Record.Size.Should().BeInRange(40 * 1024, 66 * 1024);
            var told = member.Events().Select(happened => happened.Detail).ToList();
            told.OfType<Gap>().Should().ContainSingle();
            told.OfType<InvocationMessage>().Should().HaveCountGreaterThan(75, "of 600 bytes each, that is most of the budget");
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(32)]
    public void A_small_budget_keeps_the_last_messages_of_a_room_too(int kilobytes)
    {
        var members = RecordedConversation.Many(new Journal(new JournalOptions { ConnectionBytes = kilobytes * 1024 }), 10);
        var told = new List<int>();
        for (var i = 0; i < 300; i++)
        {
            SendAll(members, $"{i},\"{new string('x', 300)}\"");
            told.AddRange(members.Select(member => member.Events().Count(happened => happened.Detail is InvocationMessage)));
        }

        told.Average().Should().BeGreaterThan(kilobytes * 1024 / 350 * 0.4, "of 350 bytes each, that is some of the budget");
    }

    [Fact]
    public void The_journal_stays_within_its_budget_where_nothing_but_one_message_after_the_other_goes_to_all()
    {
        var journal = new Journal(new JournalOptions { TotalBytes = 1024 * 1024 });
        var members = RecordedConversation.Many(journal, 50);
        for (var i = 0; i < 500; i++)
        {
            SendAll(members, $"{i},\"{new string('x', 300)}\"");
            journal.Size.Should().BeLessThan(1024 * 1024 + (64 * 1024));
        }

        journal.Size.Should().Be(members.Sum(member => member.Recorder.Record.Size) + journal.SizeOfPlaces);
        members[0].Recorder.Record.Counters.HubMessagesSent.Should().Be(500);
    }

    [Fact]
    public void Of_more_connections_than_an_eighth_of_the_budget_has_places_for_the_messages_of_the_rest_do_not_wait()
    {
        var journal = new Journal(new JournalOptions { TotalBytes = 8 * (PendingRows.Size + 1) });
        var members = RecordedConversation.Many(journal, PendingRows.Columns + 10);
        List<int> Waiting() => [.. Enumerable.Range(0, members.Count).Where(i => members[i].Recorder.Record.Log.Gate.HasPlaces)];
        SendAll(members, "\"a message that all of the members of a room are told\"");
        SendAll(members, "\"and another one that all of the members of a room are told\"");
        var first = Waiting();

        members[first[0]].Recorder.Close();
        SendAll([.. members.Except([members[first[0]]])], "\"and a third that nearly all of the members of a room are told\"");

        first.Should().HaveCount(PendingRows.Columns);
        Waiting().Should().HaveCount(PendingRows.Columns).And.NotContain(first[0], "what it had is another one's");
        foreach (var member in members) member.Events().Count(happened => happened.Detail is InvocationMessage).Should().Be(member == members[first[0]] ? 2 : 3);
    }

    [Fact]
    public void Members_of_several_rooms_that_come_go_and_are_out_of_step_each_find_what_they_were_sent_in_order()
    {
        var journal = new Journal();
        // More than have their places together, in three rooms that some share.
        var members = RecordedConversation.Many(journal, (2 * PendingRows.Columns) + 5).ConvertAll(member => (Member: member, Sent: new List<string>()));
        var random = new Random(4);
        var gone = new List<(RecordedConversation Member, List<string> Sent)>();
        for (var i = 0; i < 900; i++)
        {
            var (room, text) = (random.Next(3), $"\"message {i} to all the members of a room\"");
            var frame = Posted(text);
            for (var m = 0; m < members.Count; m++)
            {
                if (m % 3 != room && m % 10 != room) continue;
                members[m].Member.Sent(frame);
                members[m].Sent.Add(text);
            }

            if (random.Next(10) == 0) members[random.Next(members.Count)].Member.Received(RecordedConversation.Frame("{\"type\":6}\u001e", masked: true));
            if (random.Next(20) != 0) continue;
            var leaves = random.Next(members.Count);
            gone.Add(members[leaves]);
            members[leaves].Member.Recorder.Close();
            members[leaves] = (new RecordedConversation(journal, $"later-{i}").Upgrade().Handshake(), []);
        }

        foreach (var (member, sent) in members.Concat(gone))
        {
            member.Events().Select(happened => happened.Detail).OfType<InvocationMessage>().Select(invocation => invocation.Arguments[0]).Should().Equal(sent);
            member.Recorder.Record.Counters.FramesSent.Should().Be(sent.Count + 1, "of the handshake there is one");
        }

        foreach (var (member, _) in members) member.Recorder.Close();
        journal.SizeOfPlaces.Should().Be(0);
    }

    [Fact]
    public void Nobody_can_tell_what_was_shared_or_waited_by_what_is_read() =>
        // Steps of one member among others: who sends what, and who looks meanwhile.
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 2]).Array[1, 80].Sample(
            steps =>
            {
                var journal = new Journal();
                var others = RecordedConversation.Many(journal, FanOuts.TimesUntilShared);
                var member = new RecordedConversation(journal, "member").Upgrade().Handshake();
                var alone = new RecordedConversation().Upgrade().Handshake();
                var seen = new List<LayerEvent>();
                var reader = new ConnectionReader(member.Recorder.Record, DecodingDepth.Full);
                foreach (var (kind, room) in steps)
                {
                    var posted = Posted($"\"{new string('x', 50)}{room}\"");
                    switch (kind)
                    {
                        case 0:
                            Both(of => of.Received(RecordedConversation.Frame("{\"type\":6}\u001e", masked: true)));
                            break;
                        case 1:
                            Both(of => of.Sent(posted[..20]));
                            Both(of => of.Sent(posted[20..]));
                            break;
                        case 2:
                            Both(of => of.Recorder.Fact(new TcpHalfClosed(true)));
                            break;
                        case 3:
                            Both(of => of.Sent(RecordedConversation.Frame("{\"type\":6}\u001e", masked: false)));
                            break;
                        case 4:
                            reader.Read(seen);
                            break;
                        case 5:
                            Counts(member).Should().Be(Counts(alone));
                            break;
                        default:
                            foreach (var other in others) other.Sent(posted);
                            Both(of => of.Sent(posted));
                            break;
                    }
                }

                reader.Read(seen);
                Told(seen).Should().Equal(Told(alone.Events()));
                Told(member.Events()).Should().Equal(Told(alone.Events()));
                Counts(member).Should().Be(Counts(alone));
                seen.Select(happened => happened.Sequence).Should().BeInAscendingOrder();

                void Both(Action<RecordedConversation> step)
                {
                    step(member);
                    step(alone);
                }
            },
            iter: 300);

    [Fact]
    public async Task A_reader_that_looks_all_the_time_reads_each_byte_once_and_in_order()
    {
        var journal = new Journal(new JournalOptions { ConnectionBytes = 64 * 1024 * 1024, TotalBytes = 256 * 1024 * 1024 });
        var members = RecordedConversation.Many(journal, 20);
        var record = members[15].Recorder.Record;
        using var done = new CancellationTokenSource();
        var reading = Task.Run(() =>
        {
            var (number, bytes, offset, chunks) = (0L, Array.Empty<byte>(), 0L, 0);
            while (true)
            {
                var isLast = done.IsCancellationRequested;
                while (record.Log.TryReadAfter(number, out var entry, ref bytes))
                {
                    entry.Number.Should().BeGreaterThan(number);
                    number = entry.Number;
                    if (entry.Kind != EntryKind.Chunk || entry.Direction != Direction.Sent) continue;
                    entry.Offset.Should().Be(offset);
                    offset += entry.Length;
                    chunks++;
                }

                if (isLast) return chunks;
            }
        });
        // Not a multiple of how many wait: some do at the end.
        for (var i = 0; i < 5_003; i++) SendAll(members, $"\"message {i} of a room with many members\"");
        await done.CancelAsync();

        (await reading).Should().Be(5_003 + 2, "the answer to the upgrade and to the handshake came first");
    }

    private static byte[] Posted(string arguments) => RecordedConversation.Frame($"{{\"type\":1,\"target\":\"Posted\",\"arguments\":[{arguments}]}}\u001e", masked: false);

    private static void SendAll(List<RecordedConversation> members, string arguments)
    {
        var frame = Posted(arguments);
        foreach (var member in members) member.Sent(frame);
    }

    private static (long, long, long, long, long, long) Counts(RecordedConversation of)
    {
        var counters = of.Recorder.Record.Counters;
        return (counters.BytesReceived, counters.BytesSent, counters.FramesReceived, counters.FramesSent, counters.HubMessagesReceived, counters.HubMessagesSent);
    }

    /// <summary>Everything but when it was recorded, and by whom.</summary>
    private static List<string> Told(IEnumerable<LayerEvent> events) =>
        [.. events.Select(happened => $"{happened.Tap} {happened.Direction} {happened.Bytes} {(happened.Detail is TcpOpened ? "" : System.Text.Json.JsonSerializer.Serialize(happened.Detail, happened.Detail.GetType()))}")];

    /// <summary>A frame of that many bytes in all.</summary>
    private static byte[] MessageOf(int length, byte kind)
    {
        var message = new byte[length];
        Array.Fill(message, (byte)'m');
        byte[] header = length < 128 ? [0x81, (byte)(length - 2)] : [0x81, 126, (byte)((length - 4) >> 8), (byte)(length - 4)];
        header.AsSpan(0, Math.Min(header.Length, length)).CopyTo(message);
        if (length > 9) message[9] = kind;
        return message;
    }

    private static List<byte[]> SharedOf(ConnectionLog log)
    {
        var (shared, number, bytes) = (new List<byte[]>(), 0L, Array.Empty<byte>());
        while (log.TryReadAfter(number, out var entry, ref bytes))
        {
            if (entry.Shared is { } chunk) shared.Add(chunk);
            number = entry.Number;
        }

        return shared;
    }
}
