using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Tests.Recording;

/// <summary>Who reads all connections together misses nothing, and gets everything in the order in which it was recorded.</summary>
public sealed class JournalReaderTests
{
    private const int Rooms = 4;
    private const int Members = 12;

    [Fact]
    public async Task What_threads_record_at_the_same_time_is_read_in_its_order_by_whoever_begins_whenever()
    {
        // Nothing is evicted: then everything can be compared.
        var journal = new Journal(new JournalOptions { ConnectionBytes = 64 * 1024 * 1024, TotalBytes = 1024 * 1024 * 1024 });
        var members = RecordedConversation.Many(journal, Rooms * Members);
        using var over = new CancellationTokenSource();
        var readings = new List<Task<List<EventSequence>>>();
        await Task.WhenAll(Enumerable.Range(0, Rooms).Select(room => Meanwhile(() =>
        {
            for (var i = 0; i < 300; i++)
            {
                if (room == 0 && i % 100 == 0) readings.Add(BeginToRead());
                Post(i, room, members.GetRange(room * Members, Members));
            }

            return room;
        })));
        await over.CancelAsync();

        var all = members.SelectMany(member => member.Events()).OrderBy(happened => happened.Sequence).ToList();
        foreach (var read in await Task.WhenAll(readings))
        {
            var behind = all.SkipWhile(happened => happened.Sequence < read[0]).Select(happened => happened.Sequence);
            behind.SequenceEqual(read).Should().BeTrue("a reader misses nothing, and tells it in order");
        }

        Task<List<EventSequence>> BeginToRead()
        {
            var reader = new JournalReader(journal, DecodingDepth.Full);
            return Meanwhile(() =>
            {
                using (reader)
                {
                    var read = new List<EventSequence>();
                    while (!over.IsCancellationRequested) read.AddRange(reader.Read().Select(happened => happened.Sequence));
                    read.AddRange(reader.Read().Select(happened => happened.Sequence));
                    return read;
                }
            });
        }
    }

    [Fact]
    public async Task What_is_evicted_and_closed_while_many_read_is_a_gap_and_nothing_else()
    {
        var journal = new Journal(new JournalOptions { ConnectionBytes = 24 * 1024, TotalBytes = 1024 * 1024, ClosedConnections = 20 });
        var members = RecordedConversation.Many(journal, Rooms * Members);
        using var over = new CancellationTokenSource();
        var readings = Enumerable.Range(0, 3).Select(_ => Meanwhile(ReadOnAndOn)).Append(Meanwhile(ReadEachAgainAndAgain)).ToList();
        await Task.WhenAll(Enumerable.Range(0, Rooms).Select(room => Meanwhile(() =>
        {
            var those = members.GetRange(room * Members, Members);
            for (var i = 0; i < 1_000; i++)
            {
                Post(i, room, those);
                if (i % 100 != 99) continue;
                // Somebody leaves, and somebody comes.
                those[^1].Recorder.Close();
                those[^1] = new RecordedConversation(journal, $"C{room}-{i}").Upgrade().Handshake();
            }

            return true;
        })));
        await over.CancelAsync();

        foreach (var told in await Task.WhenAll(readings)) told.Should().BeEmpty();
        journal.Size.Should().Be(journal.Connections.Sum(record => record.Size));

        string ReadOnAndOn()
        {
            using var reader = new JournalReader(journal, DecodingDepth.Full);
            var last = default(EventSequence);
            var posts = new Dictionary<string, int>();
            while (true)
            {
                var isLast = over.IsCancellationRequested;
                foreach (var happened in reader.Read())
                {
                    if (happened.Sequence <= last) return $"{happened.Sequence} behind {last}";
                    last = happened.Sequence;
                    if (Wrong(happened, posts) is { } wrong) return wrong;
                }

                if (isLast) return "";
            }
        }

        string ReadEachAgainAndAgain()
        {
            while (!over.IsCancellationRequested)
            {
                foreach (var record in journal.Connections)
                {
                    var events = new List<LayerEvent>();
                    new ConnectionReader(record, DecodingDepth.Full).Read(events);
                    var posts = new Dictionary<string, int>();
                    if (events.Select(happened => Wrong(happened, posts)).FirstOrDefault(wrong => wrong is not null) is { } wrong) return wrong;
                    if (events.Zip(events.Skip(1)).FirstOrDefault(pair => pair.First.Sequence >= pair.Second.Sequence) is { First: { } before } pair) return $"{pair.Second} behind {before}";
                }
            }

            return "";
        }

        // Of each connection one post follows the other, but where something is missing and told to be.
        static string? Wrong(LayerEvent happened, Dictionary<string, int> posts)
        {
            if (happened.Detail is DecodeFault) return $"{happened}";
            if (happened.Detail is Gap) posts.Remove(happened.Connection);
            if (happened is not { Direction: Direction.Sent, Detail: InvocationMessage { Target: "Posted" } posted }) return null;
            var number = int.Parse(posted.Arguments[0].Split("message ")[1].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture);
            if (posts.TryGetValue(happened.Connection, out var before) && number != before + 1) return $"message {number} behind {before} of {happened.Connection}, without a gap";
            posts[happened.Connection] = number;
            return null;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_has_a_number_and_is_not_in_its_log_yet_is_waited_for(bool isFanOut)
    {
        var time = new HeldTime();
        var journal = new Journal(null, time);
        var members = RecordedConversation.Many(journal, Members);
        // What goes to all is known to, from its fourth time on, and waits in front of the logs.
        for (var i = 0; i < 2; i++) Post(i, 0, members);
        using var reader = new JournalReader(journal, DecodingDepth.Full);
        var message = RecordedConversation.Frame("{\"type\":1,\"target\":\"Posted\",\"arguments\":[\"the one that everybody reads\"]}\u001e", masked: false);
        if (isFanOut) foreach (var member in members.SkipLast(2)) member.Sent(message);
        _ = reader.Read().Count();

        var first = Task.Run(() =>
        {
            time.HoldThisThread();
            members[^2].Sent(message);
        });
        await time.WaitUntilHeld();
        members[^1].Sent(message);
        var read = Task.Run(() => reader.Read().Select(happened => happened.Connection).Distinct().ToList());
        // It can't end before the first is let go: this only gives it the time in which it might.
        (await Task.WhenAny(read, Task.Delay(200, TestContext.Current.CancellationToken))).Should().NotBe(read);
        time.LetGo();

        (await read).Should().Equal(members[^2].Recorder.Record.Id, members[^1].Recorder.Record.Id);
        await first;
    }

    [Fact]
    public async Task Who_begins_to_read_waits_for_what_is_being_added_and_begins_behind_it()
    {
        var time = new HeldTime();
        var journal = new Journal(null, time);
        var members = RecordedConversation.Many(journal, 2);
        var adding = Task.Run(() =>
        {
            time.HoldThisThread();
            members[0].Sent(RecordedConversation.Frame("{\"type\":6}\u001e", masked: false));
        });
        await time.WaitUntilHeld();
        var begins = Task.Run(() => new JournalReader(journal, DecodingDepth.Full));
        // It can't begin before the first is let go: this only gives it the time in which it might.
        (await Task.WhenAny(begins, Task.Delay(200, TestContext.Current.CancellationToken))).Should().NotBe(begins);
        members[1].Recorder.Fact(new TcpHalfClosed(true));
        time.LetGo();

        using var reader = await begins;
        await adding;
        reader.Read().Should().BeEmpty();
        members[0].Recorder.Fact(new TcpHalfClosed(true));
        reader.Read().Should().ContainSingle();
    }

    [Fact]
    public void Whoever_reads_on_behind_an_event_gets_all_behind_it()
    {
        var journal = new Journal();
        var members = RecordedConversation.Many(journal, Members);
        for (var i = 0; i < 20; i++) Post(i, 0, members);
        using var first = new JournalReader(journal, DecodingDepth.Full, after: default(EventSequence));
        var all = first.Read().ToList();
        all.Should().HaveCountGreaterThan(500).And.BeEquivalentTo(members.SelectMany(member => member.Events()).OrderBy(happened => happened.Sequence), options => options.WithStrictOrdering());

        foreach (var at in (int[])[0, 1, all.Count / 2, all.Count - 1])
        {
            using var again = new JournalReader(journal, DecodingDepth.Full, after: all[at].Sequence);
            again.Read().Select(happened => happened.Sequence).Should().Equal(all.Skip(at + 1).Select(happened => happened.Sequence));
        }

        using var ofOne = new JournalReader(journal, DecodingDepth.Full, "C3", default(EventSequence));
        ofOne.Read().Select(happened => happened.Sequence).Should().Equal(members[3].Events().Select(happened => happened.Sequence));
        using var fromNow = new JournalReader(journal, DecodingDepth.Full);
        fromNow.Read().Should().BeEmpty();
        members[0].Recorder.Fact(new TcpHalfClosed(true));
        fromNow.Read().Should().ContainSingle();
        fromNow.Read().Should().BeEmpty();
    }

    [Fact]
    public void What_was_evicted_before_somebody_began_to_read_is_no_gap_to_him()
    {
        var conversation = new RecordedConversation(new JournalOptions { ConnectionBytes = 64 * 1024 }).Upgrade().Handshake();
        void Say(int times)
        {
            for (var i = 0; i < times; i++) conversation.Sent(RecordedConversation.Frame($"{{\"type\":1,\"target\":\"Say\",\"arguments\":[\"{i:d4}{new string('x', 100)}\"]}}\u001e", masked: false));
        }

        Say(2_000);
        using var reader = new JournalReader(conversation.Journal, DecodingDepth.Full);
        Say(1);
        reader.Read().Select(happened => happened.Detail).ToList().Should().HaveCount(3).And.NotContain(detail => detail is Gap);
        Say(2_000);
        reader.Read().Select(happened => happened.Detail).OfType<Gap>().Sum(gap => gap.Length).Should().BeInRange(2_000 * 151 - 70_000, 2_000 * 151);
    }

    [Fact]
    public void Whom_a_reader_may_not_see_it_gets_nothing_of_until_it_may()
    {
        var journal = new Journal();
        var members = RecordedConversation.Many(journal, 2);
        using var reader = new JournalReader(journal, DecodingDepth.Full);
        foreach (var member in members) member.Recorder.Fact(new TcpHalfClosed(true));
        reader.Read(record => record.Id == "C1" ? 0 : null).Should().ContainSingle().Which.Connection.Should().Be("C1");

        members[0].Recorder.Fact(new TcpHalfClosed(false));
        reader.Read().ToList().Should().HaveCount(2).And.OnlyContain(happened => happened.Connection == "C0");
    }

    [Fact]
    public void Whoever_is_cut_while_a_connection_becomes_his_gets_what_it_recorded_before()
    {
        var journal = new Journal();
        var members = RecordedConversation.Many(journal, 3);
        members[0].Recorder.BelongsTo("7", "ada");
        members[0].Recorder.Fact(new TcpHalfClosed(true));
        var from = EventSequence.Behind(journal.LastNumber);
        static long? Adas(ConnectionRecord record) => record.UserId == "7" ? record.UsersSince : null;
        using var reader = new JournalReader(journal, DecodingDepth.Full, after: from);
        members[0].Recorder.Fact(new TcpHalfClosed(false));
        var read = reader.Read(Adas).ToList();
        members[1].Recorder.BelongsTo("7", "ada");
        members[2].Recorder.BelongsTo("8", "bob");
        members[0].Recorder.Fact(new TcpHalfClosed(false));
        foreach (var member in members[1..]) member.Recorder.Fact(new TcpHalfClosed(true));
        read.AddRange(reader.Read(Adas));

        List<LayerEvent> all = [.. members[0].Events().Where(happened => happened.Sequence > from), .. members[1].Events()];
        read.Should().BeEquivalentTo(all);
        var last = from;
        for (var told = 0; told <= read.Count; told++)
        {
            using var again = new JournalReader(journal, DecodingDepth.Full, after: last);
            read.Take(told).Concat(again.Read(Adas)).Select(happened => happened.Sequence).Distinct().Should().BeEquivalentTo(all.Select(happened => happened.Sequence), $"cut behind {told}");
            // Only what is further than all before has an id in a feed.
            if (told < read.Count && read[told].Sequence > last) last = read[told].Sequence;
        }
    }

    [Fact]
    public async Task What_is_recorded_while_somebody_reads_comes_with_the_next_reading()
    {
        var journal = new Journal();
        var members = RecordedConversation.Many(journal, 2);
        using var reader = new JournalReader(journal, DecodingDepth.Full);
        foreach (var member in members) member.Recorder.Fact(new TcpHalfClosed(true));
        var read = new List<LayerEvent>();
        foreach (var happened in reader.Read())
        {
            read.Add(happened);
            foreach (var member in members) member.Recorder.Fact(new TcpHalfClosed(false));
        }

        read.Select(happened => happened.Connection).Should().Equal("C0", "C1");
        (await reader.WaitAsync(TestContext.Current.CancellationToken)).Should().BeTrue();
        reader.Read().Select(happened => happened.Connection).Should().Equal("C0", "C1", "C0", "C1");
    }

    [Fact]
    public void Readers_of_one_connection_do_not_take_each_others_place()
    {
        var conversation = new RecordedConversation().Upgrade().Handshake();
        for (var i = 0; i < 5; i++) conversation.Received(RecordedConversation.Frame("{\"type\":6}\u001e", masked: true));
        var all = conversation.Events().Count;
        var (one, other) = (new ConnectionReader(conversation.Recorder.Record, DecodingDepth.Full), new ConnectionReader(conversation.Recorder.Record, DecodingDepth.Full));
        var (ofOne, ofOther) = (new List<LayerEvent>(), new List<LayerEvent>());
        one.Read(ofOne);
        other.Read(ofOther, atMost: 3);
        // Has read everything, and asks once more after somebody else has read.
        one.Read(ofOne);

        conversation.Events().Should().HaveCount(all, "who begins to read begins at the beginning");
        other.Read(ofOther);
        ofOne.Should().HaveCount(all);
        ofOther.Should().HaveCount(all);
    }

    [Fact]
    public void A_chunk_that_is_evicted_before_its_turn_is_decoded_where_it_stood()
    {
        var conversation = new RecordedConversation(new JournalOptions { ConnectionBytes = 32 * 1024 }).Upgrade().Handshake();
        var reader = new ConnectionReader(conversation.Recorder.Record, DecodingDepth.Full);
        reader.Read([]);
        var received = RecordedConversation.Frame($"{{\"type\":1,\"target\":\"Say\",\"arguments\":[\"{new string('x', 900)}\"]}}\u001e", masked: true);
        var sent = RecordedConversation.Frame($"{{\"type\":1,\"target\":\"Said\",\"arguments\":[\"{new string('x', 900)}\"]}}\u001e", masked: false);
        Exchange(100);
        var events = new List<LayerEvent>();
        reader.Read(events, through: reader.Next!.Value);
        events.Should().ContainSingle().Which.Detail.Should().BeOfType<Gap>();
        // It stands behind what was evicted already; now it is evicted, too.
        var held = reader.Next;
        Exchange(200);
        conversation.Recorder.Record.Log.EvictedThrough.Should().BeGreaterThan(held!.Value);

        reader.Read(events);

        events.Should().NotContain(happened => happened.Detail is DecodeFault);
        events.Where(happened => happened.Detail is Gap).Should().HaveCount(2);
        events.Where(happened => happened.Detail is InvocationMessage).First().Sequence.Number.Should().Be(held.Value);
        foreach (var direction in (Direction[])[Direction.Received, Direction.Sent])
        {
            var length = direction == Direction.Received ? received.Length : sent.Length;
            var places = events.Where(happened => happened.Direction == direction && happened.Detail is WebSocketFrame).Select(happened => happened.Bytes!.Value.Start).ToList();
            places.Should().HaveCountGreaterThan(5).And.BeInAscendingOrder();
            // Each stands a whole number of messages in front of the last one.
            var last = places[^1];
            places.Should().OnlyContain(start => (last - start) % length == 0);
        }

        events.Select(happened => happened.Sequence).Should().BeInAscendingOrder();

        void Exchange(int times)
        {
            for (var i = 0; i < times; i++)
            {
                conversation.Received(received);
                conversation.Sent(sent);
            }
        }
    }

    /// <summary>Somebody posts to a room: that goes to all, the author gets an answer, and something happens to the author now and then.</summary>
    private static void Post(int number, int room, List<RecordedConversation> members)
    {
        var author = members[number % members.Count];
        author.Received(RecordedConversation.Frame($"{{\"type\":1,\"invocationId\":\"1\",\"target\":\"Post\",\"arguments\":[\"{number}\"]}}\u001e", masked: true));
        var posted = RecordedConversation.Frame($"{{\"type\":1,\"target\":\"Posted\",\"arguments\":[\"room {room}, message {number}, which goes to many\"]}}\u001e", masked: false);
        foreach (var member in members) member.Sent(posted);
        author.Sent(RecordedConversation.Frame("{\"type\":3,\"invocationId\":\"1\",\"result\":null}\u001e", masked: false));
        if (number % 7 == 0) author.Recorder.Fact(new TcpHalfClosed(true));
    }

    /// <summary>On a thread of its own.</summary>
    private static Task<T> Meanwhile<T>(Func<T> act) => Task.Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>A clock that holds up one thread that asks it, so that others can act meanwhile: a recorder asks for the time when it has its number.</summary>
    private sealed class HeldTime : TimeProvider
    {
        private readonly TaskCompletionSource isHeld = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int held = -1;

        public override DateTimeOffset GetUtcNow()
        {
            if (Environment.CurrentManagedThreadId == held)
            {
                isHeld.SetResult();
                goesOn.Task.Wait(TimeSpan.FromSeconds(20)).Should().BeTrue();
            }

            return base.GetUtcNow();
        }

        public void HoldThisThread() => held = Environment.CurrentManagedThreadId;

        public Task WaitUntilHeld() => isHeld.Task.WaitAsync(TimeSpan.FromSeconds(20));

        public void LetGo()
        {
            held = -1;
            goesOn.SetResult();
        }
    }
}
