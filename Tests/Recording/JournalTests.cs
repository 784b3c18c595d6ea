using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Tests.Recording;

public sealed class JournalTests
{
    [Fact]
    public void Events_decoded_late_have_the_sequences_that_they_had_live()
    {
        var conversation = new RecordedConversation();
        using var live = conversation.Journal.Lifecycle.Subscribe();
        conversation.Upgrade().Handshake();
        for (var i = 0; i < 20; i++) conversation.Received(RecordedConversation.Frame("{\"type\":6}\u001e", masked: true));
        conversation.Received([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8]); // a masked Close frame, 1000

        var told = new List<LayerEvent>();
        live.Read(told).Should().Be(0);
        var late = conversation.Events();

        told.Should().HaveCountGreaterThan(4);
        foreach (var happened in told)
        {
            late.Should().ContainSingle(other => other.Sequence == happened.Sequence && other.Detail.Kind == happened.Detail.Kind)
                .Which.Bytes.Should().Be(happened.Bytes);
        }

        conversation.Events().Select(happened => happened.Sequence).Should().Equal(late.Select(happened => happened.Sequence));
        late.Select(happened => happened.Sequence).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
    }

    [Fact]
    public void Secrets_are_in_no_event_and_in_no_stored_byte()
    {
        var conversation = new RecordedConversation();
        conversation.Received("POST /session HTTP/1.1\r\nHost: a\r\nCookie: c=sEcReT\r\nContent-Length: 6\r\n\r\nsEcReT");
        conversation.Sent("HTTP/1.1 200 OK\r\nSet-Cookie: c=sEcReT\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nsEcReT\r\n0\r\n\r\n");
        conversation.Upgrade("?access_token=sEcReT").Handshake();

        var events = conversation.Events();

        events.Select(happened => happened.Detail).OfType<HttpRequest>().Should().HaveCount(2);
        events.Select(happened => happened.Detail).OfType<HttpUpgraded>().Should().ContainSingle();
        events.Select(happened => happened.Detail).OfType<DecodeFault>().Should().BeEmpty();
        string.Join('\n', events.Select(happened => System.Text.Json.JsonSerializer.Serialize(happened.Detail, happened.Detail.GetType()))).Should().NotContain("sEcReT");
    }

    [Theory]
    [InlineData("\r\nGET /chat?access_token=sEcReT HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("\n\r\n\nGET /chat?access_token=sEcReT HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nContent-Length: 1\r\n\r\nx\r\nGET /chat?access_token=sEcReT HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("POST /session HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nsEcReT")]
    [InlineData("GET /token HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 6\r\n\r\nsEcReT")]
    public void Secrets_stay_out_however_the_request_that_carries_them_comes(string request, string answer)
    {
        foreach (var step in (int[])[1, 5, 10_000])
        {
            var conversation = new RecordedConversation();
            for (var at = 0; at < request.Length; at += step) conversation.Received(request.Substring(at, Math.Min(step, request.Length - at)));
            for (var at = 0; at < answer.Length; at += step) conversation.Sent(answer.Substring(at, Math.Min(step, answer.Length - at)));

            var events = conversation.Events();
            events.Select(happened => happened.Detail).OfType<HttpRequest>().Should().NotBeEmpty();
            events.Select(happened => happened.Detail).OfType<DecodeFault>().Should().BeEmpty();
            string.Join('\n', events.Select(happened => System.Text.Json.JsonSerializer.Serialize(happened.Detail, happened.Detail.GetType()))).Should().NotContain("sEcReT");
            foreach (var (direction, length) in (ReadOnlySpan<(Direction, int)>)[(Direction.Received, request.Length), (Direction.Sent, answer.Length)])
            {
                for (var at = 0; at < length; at++)
                    if (conversation.Recorder.Record.ReadBytes(TapPoint.Plain, direction, new ByteRange(at, at + 6)) is { } bytes) System.Text.Encoding.ASCII.GetString(bytes).Should().NotBe("sEcReT");
            }
        }
    }

    [Fact]
    public void Plain_http_takes_nobodys_place_among_the_closed_connections()
    {
        var journal = new Journal(new JournalOptions { ClosedConnections = 1, OtherClosedConnections = 2 });
        var failed = journal.Open("failed", Perspective.Server, "a", "b", new RealtimeHello.Recording.Masking.SecretNames());
        failed.Bytes(TapPoint.Plain, Direction.Received, "GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"u8);
        failed.Close();
        for (var i = 0; i < 100; i++)
        {
            var health = journal.Open($"health-{i}", Perspective.Server, "a", "b", new RealtimeHello.Recording.Masking.SecretNames());
            health.Bytes(TapPoint.Plain, Direction.Received, "GET /healthz HTTP/1.1\r\n\r\n"u8);
            health.Close();
        }

        journal.Connections.Select(record => record.Id).Should().BeEquivalentTo("failed", "health-98", "health-99");
    }

    [Fact]
    public void A_forgotten_connection_is_recorded_no_further_and_weighs_nothing()
    {
        var conversation = new RecordedConversation();
        conversation.Upgrade().Handshake();
        conversation.Journal.Forget(conversation.Recorder.Record);
        using var watch = conversation.Journal.Watch();

        for (var i = 0; i < 100; i++) conversation.Sent(RecordedConversation.Frame(new string('x', 1000), masked: false));
        conversation.Recorder.Close();

        conversation.Journal.Size.Should().Be(0);
        conversation.Journal.Connections.Should().BeEmpty();
        watch.Take().Should().BeEmpty();
    }

    [Fact]
    public void A_frame_that_comes_before_the_answer_is_decoded_behind_it_and_a_refused_one_leaks_nothing()
    {
        var early = new RecordedConversation();
        early.Received("GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        early.Received(RecordedConversation.Frame("{\"protocol\":\"json\",\"version\":1}\u001e", masked: true));
        early.Sent("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
        early.Events().Select(happened => happened.Detail).OfType<HandshakeRequest>().Should().ContainSingle();

        var refused = new RecordedConversation();
        refused.Received("GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        refused.Received("GET /next?code=sEcReT HTTP/1.1\r\nHost: a\r\n\r\n");
        refused.Sent("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");
        var requests = refused.Events().Select(happened => happened.Detail).OfType<HttpRequest>().ToList();
        requests.Should().HaveCount(2);
        requests[1].Target.Should().Be("/next?code=******");
    }

    [Fact]
    public void Bytes_behind_a_request_that_are_too_many_to_wait_for_its_answer_are_counted()
    {
        var conversation = new RecordedConversation();
        conversation.Received("GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        var before = conversation.Recorder.Record.Counters.BytesReceived;
        for (var i = 0; i < 10; i++) conversation.Received(new byte[4_000]);
        // What waits still is counted when it is decided on.
        (conversation.Recorder.Record.Counters.BytesReceived - before).Should().BeInRange(40_000 - 16_384, 40_000);
        conversation.Sent("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
        (conversation.Recorder.Record.Counters.BytesReceived - before).Should().Be(40_000);
    }

    [Fact]
    public void A_sequence_reads_back_however_many_events_begin_at_one_place()
    {
        foreach (var ordinal in (int[])[0, 1, 4_095, 4_096, 1_000_000])
        {
            var sequence = new EventSequence(1, 5, Layer.SignalR, ordinal);
            EventSequence.TryParse(sequence.ToString(), out var read).Should().BeTrue();
            read.Should().Be(sequence);
        }
    }

    [Fact]
    public void Eviction_keeps_the_opening_leaves_a_gap_and_decodes_on()
    {
        var conversation = new RecordedConversation(new JournalOptions { ConnectionBytes = 64 * 1024 });
        conversation.Upgrade().Handshake();
        var text = $"{{\"type\":1,\"target\":\"Say\",\"arguments\":[\"{new string('x', 900)}\"]}}\u001e";
        for (var i = 0; i < 400; i++) conversation.Received(RecordedConversation.Frame(text, masked: true));

        var events = conversation.Events();

        conversation.Recorder.Record.Size.Should().BeLessThan(64 * 1024 + 32 * 1024);
        events.Select(happened => happened.Detail).OfType<HttpRequest>().Should().ContainSingle();
        events.Select(happened => happened.Detail).OfType<Gap>().Should().ContainSingle().Which.Length.Should().BeGreaterThan(100_000);
        events.Select(happened => happened.Detail).OfType<DecodeFault>().Should().BeEmpty();
        events.Select(happened => happened.Detail).OfType<WebSocketFrame>().Should().HaveCountGreaterThan(20);
    }

    [Fact]
    public void All_connections_together_stay_in_the_journals_budget()
    {
        var options = new JournalOptions { TotalBytes = 1024 * 1024 };
        var journal = new Journal(options);
        for (var c = 0; c < 200; c++)
        {
            var recorder = journal.Open($"C{c}", Perspective.Server, "a", "b", new RealtimeHello.Recording.Masking.SecretNames());
            recorder.Bytes(TapPoint.Plain, Direction.Received, "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"u8);
            recorder.Bytes(TapPoint.Plain, Direction.Sent, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"u8);
            recorder.Bytes(TapPoint.Plain, Direction.Received, RecordedConversation.Frame("{\"protocol\":\"json\",\"version\":1}\u001e", masked: true));
            recorder.Bytes(TapPoint.Plain, Direction.Sent, RecordedConversation.Frame("{}\u001e", masked: false));
            for (var i = 0; i < 50; i++) recorder.Bytes(TapPoint.Plain, Direction.Received, RecordedConversation.Frame(new string('x', 1000), masked: true));
            if (c % 2 == 0) recorder.Close();
        }

        journal.Size.Should().BeLessThan(options.TotalBytes + 64 * 1024);
    }

    [Fact]
    public void A_reader_that_is_too_slow_is_told_how_much_it_missed()
    {
        var journal = new Journal(new JournalOptions { LifecycleEvents = 8 });
        using var reader = journal.Lifecycle.Subscribe();
        var recorder = journal.Open("A", Perspective.Server, "a", "b", new RealtimeHello.Recording.Masking.SecretNames());
        for (var i = 0; i < 20; i++) recorder.Fact(new TcpHalfClosed(true));

        var events = new List<LayerEvent>();
        reader.Read(events).Should().Be(21 - 8);
        events.Should().HaveCount(8);
    }

    [Fact]
    public void Two_readers_read_the_same_each_at_its_own_pace_and_one_that_goes_holds_nobody_up()
    {
        var journal = new Journal(new JournalOptions { LifecycleEvents = 8 });
        var recorder = journal.Open("A", Perspective.Server, "a", "b", new RealtimeHello.Recording.Masking.SecretNames());
        using var quick = journal.Lifecycle.Subscribe();
        using var slow = journal.Lifecycle.Subscribe();
        var (quicks, slows) = (new List<LayerEvent>(), new List<LayerEvent>());
        for (var i = 0; i < 6; i++)
        {
            recorder.Fact(new TcpHalfClosed(true));
            quick.Read(quicks).Should().Be(0);
        }

        slow.Read(slows).Should().Be(0);
        slows.Should().Equal(quicks).And.HaveCount(6);
        quick.Dispose();
        recorder.Fact(new TcpHalfClosed(false));
        slow.Read(slows).Should().Be(0);
        slows.Should().HaveCount(7);
    }

    [Fact]
    public void An_idle_connection_holds_little_more_than_the_bytes_of_its_opening()
    {
        var conversation = new RecordedConversation().Upgrade().Handshake();

        // Two heads and two handshakes of about 400 bytes, packed without others to learn from.
        conversation.Recorder.Record.Size.Should().BeLessThan(450);
        conversation.Recorder.Close();
        conversation.Recorder.Record.Size.Should().BeLessThan(650, "the end is told by facts");
        conversation.Journal.Size.Should().Be(conversation.Recorder.Record.Size);
        conversation.Events().Should().Contain(happened => happened.Detail is RealtimeHello.Layers.SignalR.HandshakeResponse);
    }

    [Fact]
    public void A_data_frame_on_a_connection_that_nobody_looks_at_allocates_nothing()
    {
        var conversation = new RecordedConversation(new JournalOptions { ConnectionBytes = 16 * 1024 }).Upgrade().Handshake();
        var frame = RecordedConversation.Frame("{\"type\":6}\u001e", masked: true);
        for (var i = 0; i < 2_000; i++) conversation.Received(frame);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) conversation.Received(frame);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        allocated.Should().BeLessThan(1_000, "that is less than a byte a frame");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Full_logs_of_many_connections_give_their_memory_to_what_comes(bool isTheSame)
    {
        var journal = new Journal(new JournalOptions { ConnectionBytes = 64 * 1024 });
        var conversations = RecordedConversation.Many(journal, 100);
        var text = isTheSame ? new string('x', 300) : null;
        var frames = conversations.ConvertAll(of => RecordedConversation.Frame("{\"type\":1,\"target\":\"Posted\",\"arguments\":[\"" + (text ?? new string('x', 290) + of.Recorder.Record.Id) + "\"]}\u001e", masked: false));
        Send(300);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Send(300);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(conversations.Count * 300, "that is less than a byte a message");

        void Send(int messages)
        {
            // In turns, as a room's messages go out.
            for (var i = 0; i < messages; i++)
                for (var to = 0; to < frames.Count; to++) conversations[to].Sent(frames[to]);
        }
    }

    [Theory]
    [InlineData(true, CloseCauses.ClientVanished)]
    [InlineData(false, CloseCauses.ServerAborted)]
    public void The_last_event_says_who_ended_it(bool byClient, string cause)
    {
        var conversation = new RecordedConversation().Upgrade().Handshake();
        if (byClient) conversation.Recorder.Ended(TapPoint.Plain, Direction.Received, StreamEnding.Finished);
        else conversation.Recorder.Fact(new TcpReset(ByPeer: false, "tired"));
        conversation.Recorder.Close();

        conversation.Events()[^1].Detail.Should().BeOfType<TcpClosed>().Which.Close.Cause.Should().Be(cause);
        conversation.Recorder.Record.Close!.Cause.Should().Be(cause);
    }
}
