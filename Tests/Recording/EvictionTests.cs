using RealtimeHello.Layers;
using RealtimeHello.Layers.Application;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Layers.Hubs;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Captures;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Recording;

/// <summary>What the budget takes is told to be missing, and everything else stands where it stood.</summary>
public sealed class EvictionTests
{
    [Fact]
    public void A_direction_of_which_nothing_is_left_goes_on_where_it_was_for_every_reader()
    {
        var conversation = new RecordedConversation(new JournalOptions { ConnectionBytes = 8 * 1024 }).Upgrade().Handshake();
        var live = new ConnectionReader(conversation.Recorder.Record, DecodingDepth.Full);
        live.Read([]);
        for (var i = 0; i < 5; i++) conversation.Sent(Said(i, masked: false));
        for (var i = 0; i < 400; i++) conversation.Received(Said(i, masked: true));
        live.Read([]);
        conversation.Sent(Said(5, masked: false));

        var events = new List<LayerEvent>();
        live.Read(events);

        var ofLive = events.Single(happened => happened.Detail is WebSocketFrame);
        ofLive.Sequence.Should().Be(conversation.Events().Last(happened => happened.Detail is WebSocketFrame).Sequence);
        conversation.Recorder.Record.ReadBytes(TapPoint.Plain, Direction.Sent, ofLive.Bytes!.Value).Should().Equal(Said(5, masked: false)[..(int)ofLive.Bytes.Value.Length]);
    }

    [Fact]
    public async Task An_upload_longer_than_the_budget_is_a_gap_behind_what_the_server_said_meanwhile_in_captures_too()
    {
        var conversation = new RecordedConversation(new JournalOptions { ConnectionBytes = 8 * 1024 }).Upgrade().Handshake();
        for (var i = 0; i < 5; i++) conversation.Sent(Said(i, masked: false));
        var begin = conversation.Recorder.Record.Counters.BytesSent;
        var upload = RecordedConversation.Frame($"{{\"type\":1,\"target\":\"Up\",\"arguments\":[\"{new string('y', 50_000)}\"]}}\u001e", masked: true);
        foreach (var chunk in upload[..32_000].Chunk(4_000)) conversation.Received(chunk);
        conversation.Sent(Said(5, masked: false));
        foreach (var chunk in upload[32_000..].Chunk(4_000)) conversation.Received(chunk);
        conversation.Sent(Said(6, masked: false));
        conversation.Received(Said(7, masked: true));

        Check(conversation.Events());
        using var file = new MemoryStream();
        await CaptureWriter.Write(file, [conversation.Recorder.Record], TestContext.Current.CancellationToken);
        file.Position = 0;
        var capture = await Capture.Read(file, cancellationToken: TestContext.Current.CancellationToken);
        var again = new List<LayerEvent>();
        new ConnectionReader(capture.Journal.Connections.Single(), DecodingDepth.Full).Read(again);
        Check(again);
        again.Select(happened => happened.Sequence).Should().Equal(conversation.Events().Select(happened => happened.Sequence));

        void Check(IReadOnlyList<LayerEvent> events)
        {
            events.Should().NotContain(happened => happened.Detail is DecodeFault);
            var fifth = events.Single(happened => happened.Detail is InvocationMessage said && said.Arguments[0].Contains("00000005", StringComparison.Ordinal));
            events.TakeWhile(happened => happened != fifth).Should().Contain(happened => happened.Detail is Gap);
            events.Where(happened => happened.Direction == Direction.Sent && happened.Detail is WebSocketFrame).Select(happened => happened.Bytes!.Value.Start)
                .Should().EndWith([begin, begin + Said(5, masked: false).Length]);
            events.Select(happened => happened.Detail).OfType<Gap>().Sum(gap => gap.Length).Should().Be(upload.Length + (5 * Said(0, masked: false).Length));
            events.Should().Contain(happened => happened.Direction == Direction.Received && happened.Detail is InvocationMessage, "what comes behind it is decoded");
        }
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(2_500)]
    [InlineData(6_000)]
    public async Task Wherever_the_budget_cuts_heads_upgrade_and_handshake_the_rest_is_decoded_as_what_it_is_in_captures_too(int budget)
    {
        var (evicting, whole) = (new RecordedConversation(new JournalOptions { OpeningBytes = 1_024, ConnectionBytes = budget }), new RecordedConversation());
        var cuts = new HashSet<long>();
        foreach (var said in Conversation())
        {
            foreach (var conversation in (RecordedConversation[])[evicting, whole])
            {
                if (said.Direction == Direction.Received) conversation.Received(said.Bytes);
                else conversation.Sent(said.Bytes);
            }

            var events = evicting.Events();
            Check(events, whole.Events());
            cuts.Add(evicting.Recorder.Record.Log.EvictedThrough);
            using var file = new MemoryStream();
            await CaptureWriter.Write(file, [evicting.Recorder.Record], TestContext.Current.CancellationToken);
            file.Position = 0;
            var record = (await Capture.Read(file, cancellationToken: TestContext.Current.CancellationToken)).Connections.Single();
            var again = RecordEvents.Of(record);
            // How much is gone of a direction of which nothing follows, only the journal knows.
            again.Select(Place).Should().Equal(events.Select(Place));
            // Where everything is gone up to now, a capture has nothing to say it with yet.
            var log = evicting.Recorder.Record.Log;
            if (log.EvictedThrough < log.LastNumber) record.Facts.Should().Be(evicting.Recorder.Record.Facts);
        }

        cuts.Should().HaveCountGreaterThan(3, "the cut moves through all of it");

        static void Check(IReadOnlyList<LayerEvent> events, IReadOnlyList<LayerEvent> all)
        {
            events.Select(Written).Where(one => !one.Contains("gap")).Should().BeSubsetOf(all.Select(Written));
            events.Count(happened => happened.Detail is Gap).Should().BeLessThanOrEqualTo(1);
        }

        static string Written(LayerEvent happened) => $"{happened.Sequence} {happened.Detail.Layer} {happened.Detail.Kind} {happened.Detail.Summary} {happened.Bytes}";

        static string Place(LayerEvent happened) => happened.Detail is Gap ? $"{happened.Sequence} {happened.Detail.Layer} gap" : Written(happened);

        static IEnumerable<(Direction Direction, byte[] Bytes)> Conversation()
        {
            for (var i = 0; i < 12; i++)
            {
                yield return (Direction.Received, System.Text.Encoding.ASCII.GetBytes($"GET /{i} HTTP/1.1\r\nHost: a\r\nX-Filler: {new string('f', 300)}\r\n\r\n"));
                yield return (Direction.Sent, System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nX-Filler: {new string('f', 200)}\r\nContent-Length: 0\r\n\r\n"));
            }

            var heads = new RecordedConversation().Upgrade();
            var (received, sent) = (heads.Recorder.Record.Counters.BytesReceived, heads.Recorder.Record.Counters.BytesSent);
            yield return (Direction.Received, heads.Recorder.Record.ReadBytes(TapPoint.Plain, Direction.Received, new ByteRange(0, received))!);
            yield return (Direction.Sent, heads.Recorder.Record.ReadBytes(TapPoint.Plain, Direction.Sent, new ByteRange(0, sent))!);
            yield return (Direction.Received, RecordedConversation.Frame("{\"protocol\":\"json\",\"version\":1}\u001e", masked: true));
            yield return (Direction.Sent, RecordedConversation.Frame("{}\u001e", masked: false));
            for (var i = 0; i < 60; i++) yield return i % 2 == 0 ? (Direction.Received, Said(i, masked: true)) : (Direction.Sent, Said(i, masked: false));
        }
    }

    [Theory]
    [InlineData(60)]
    [InlineData(70)]
    [InlineData(86)]
    public void The_end_is_never_looked_at_from_within_a_head(int frames)
    {
        var conversation = new RecordedConversation(new JournalOptions { OpeningBytes = 1_024 });
        for (var i = 0; i < 5; i++)
        {
            conversation.Received($"GET /{i} HTTP/1.1\r\nHost: a\r\nX-Filler: {new string('f', 500)}\r\n\r\n");
            conversation.Sent("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }

        conversation.Received("GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        var head = $"HTTP/1.1 101 Switching Protocols\r\nX-Filler: {new string('f', 2_000)}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
        conversation.Sent(head[..1_500]);
        conversation.Sent(head[1_500..]);
        conversation.Handshake();
        for (var i = 0; i < frames; i++) conversation.Sent(Said(i, masked: false));
        conversation.Sent(RecordedConversation.Frame("{\"type\":7,\"allowReconnect\":true}\u001e", masked: false));
        conversation.Sent([0x88, 2, 3, 0xE8]);
        conversation.Recorder.Ended(TapPoint.Plain, Direction.Sent, StreamEnding.Finished);
        conversation.Recorder.Close();

        var tail = new List<LayerEvent>();
        for (var bytes = 1_000; bytes < 14_000; bytes += 100) ConnectionReader.OfTail(conversation.Recorder.Record, bytes).Read(tail);
        tail.Should().NotContain(happened => happened.Detail is DecodeFault);
        conversation.Recorder.Record.Close!.Cause.Should().Be(CloseCauses.ServerStopping);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    public async Task A_capture_names_no_path_of_somebody_elses_refused_request(int between)
    {
        foreach (var budget in (int[])[1_000, 2_000, 3_000, 4_000, 6_000])
        {
            var conversation = new RecordedConversation(new JournalOptions { OpeningBytes = 1_024, ConnectionBytes = budget });
            for (var i = 0; i < 4; i++) Ask($"GET /{i} HTTP/1.1\r\nHost: a\r\nX-Filler: {new string('f', 500)}\r\n\r\n", "200 OK");
            Ask("GET /private HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", "401 Unauthorized");
            for (var i = 0; i < between; i++) Ask($"GET /{i} HTTP/1.1\r\nHost: a\r\n\r\n", "200 OK");
            conversation.Upgrade().Recorder.BelongsTo("7", "bob");
            conversation.Handshake();
            for (var i = 0; i < 60; i++)
            {
                using var file = new MemoryStream();
                await CaptureWriter.Write(file, [conversation.Recorder.Record], TestContext.Current.CancellationToken);
                System.Text.Encoding.UTF8.GetString(file.ToArray()).Should().NotContain("private");
                conversation.Sent(Said(i, masked: false));
            }

            void Ask(string request, string status)
            {
                conversation.Received(request);
                conversation.Sent($"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whoever_only_opens_connections_with_long_heads_stays_within_the_budget_and_pushes_nothing_else_out(bool isRefused)
    {
        var journal = new Journal(new JournalOptions { TotalBytes = 1024 * 1024 });
        var random = new Random(1);
        var other = new RecordedConversation(journal, "other").Upgrade().Handshake();
        for (var i = 0; i < 100; i++) other.Received(RecordedConversation.Frame($"{{\"type\":1,\"target\":\"Say\",\"arguments\":[\"{i}\"]}}\u001e", masked: true));
        var many = new List<RecordedConversation>();
        for (var i = 0; i < 400; i++)
        {
            var conversation = new RecordedConversation(journal, $"C{i}");
            var head = new byte[9_000];
            random.NextBytes(head);
            var upgrade = isRefused ? "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" : "";
            conversation.Received($"GET / HTTP/1.1\r\nHost: a\r\n{upgrade}X-Long: {Convert.ToBase64String(head)}\r\n\r\n");
            conversation.Sent("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
            many.Add(conversation);
        }

        journal.Size.Should().BeLessThanOrEqualTo(journal.Options.TotalBytes).And.Be(journal.Connections.Sum(record => record.Size));
        // Those that asked for a WebSocket share with it what there is.
        if (!isRefused) other.Events().Count(happened => happened.Detail is InvocationMessage).Should().Be(100);
        many[^1].Events().Should().Contain(happened => happened.Detail.Layer == Layer.Http);
        // Whatever was evicted, what comes now is decoded as what it is.
        foreach (var conversation in (RecordedConversation[])[many[0], many[200], many[^1]])
        {
            conversation.Upgrade().Handshake().Received(RecordedConversation.Frame("{\"type\":1,\"target\":\"Say\",\"arguments\":[\"now\"]}\u001e", masked: true));
            var events = conversation.Events();
            events.Should().ContainSingle(happened => happened.Detail is InvocationMessage).And.NotContain(happened => happened.Detail is DecodeFault);
        }
    }

    [Fact]
    public void Facts_count_in_the_budgets_by_what_they_weigh()
    {
        var conversation = new RecordedConversation().Upgrade().Handshake();
        for (var i = 0; i < 2_000; i++) conversation.Recorder.Fact(new ApplicationFact("posted", $"{i} {new string('t', 5_000)}", new Dictionary<string, object?> { ["id"] = i }), DecodingDepth.Full);
        conversation.Events().Count(happened => happened.Detail is ApplicationFact).Should().BeInRange(10, 50, "of 10 KB each, they fill 256 KB");

        var journal = new Journal(new JournalOptions { TotalBytes = 1024 * 1024 });
        var all = Enumerable.Range(0, 50).Select(i => new RecordedConversation(journal, $"C{i}")).ToList();
        foreach (var one in all)
        {
            one.Received("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
            for (var i = 0; i < 2_000; i++) one.Recorder.Fact(new HubInvoked("Say"), DecodingDepth.Full);
        }

        journal.Size.Should().BeLessThan(2 * 1024 * 1024);
    }

    private static byte[] Said(int number, bool masked) => RecordedConversation.Frame($"{{\"type\":1,\"target\":\"Said\",\"arguments\":[\"{number:d8}{new string('x', 60)}\"]}}\u001e", masked);
}
