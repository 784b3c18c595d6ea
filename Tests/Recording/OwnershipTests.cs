using System.Text;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Application;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Captures;
using RealtimeHello.Recording.Exports;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Recording.Exports;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Recording;

/// <summary>Whose a connection is: what it carried for others before is nobody's but theirs.</summary>
public sealed class OwnershipTests
{
    private const string Others = "GET /find?text=private HTTP/1.1\r\nHost: a\r\nX-Note: private\r\n\r\n";
    private const string Answer = "HTTP/1.1 200 OK\r\nX-Note: private\r\nContent-Length: 7\r\n\r\nprivate";

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void Requests_before_the_upgrade_are_left_out_and_what_follows_keeps_its_place_and_is_decoded(int step)
    {
        var alone = Spoken(new RecordedConversation(), 100_000);
        var shared = new RecordedConversation();
        Cut(shared.Received, Others + "\r\n", step);
        Cut(shared.Sent, Answer, step);
        Cut(shared.Received, Others, step);
        Cut(shared.Sent, Answer, step);
        Spoken(shared, step).Recorder.BelongsTo("7", "ada");

        var events = shared.Events();
        Text(events).Should().NotContain("private").And.NotContain("/find");
        events.Select(happened => happened.Detail).OfType<Gap>().Should().ContainSingle().Which.Length.Should().Be((Others.Length * 2) + 2 + (Answer.Length * 2));
        var (received, sent) = ((Others.Length * 2) + 2, Answer.Length * 2);
        InBytes(events).Should().Equal(InBytes(alone.Events()).Select(place => place.Direction == Direction.Received
            ? place with { Start = place.Start + received, End = place.End + received }
            : place with { Start = place.Start + sent, End = place.End + sent }));
        var record = shared.Recorder.Record;
        record.UserId.Should().Be("7");
        record.ReadBytes(TapPoint.Plain, Direction.Received, new ByteRange(0, 10)).Should().BeNull();
        Encoding.ASCII.GetString(record.ReadBytes(TapPoint.Plain, Direction.Received, new ByteRange(received, received + 9))!).Should().Be("GET /chat");
        shared.Journal.Size.Should().Be(record.Size);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void A_reader_that_stands_within_an_exchange_which_is_left_out_then_goes_on_with_the_upgrade(int readThrough)
    {
        const string asks = "GET /other HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
        var shared = new RecordedConversation();
        var reader = new ConnectionReader(shared.Recorder.Record, DecodingDepth.Full);
        Action[] earlier =
        [
            () => shared.Received("POST /orders HTTP/1.1\r\nHost: a\r\nContent-Len"),
            () => shared.Received("gth: 30\r\n\r\n0123456789"),
            () => shared.Received("01234567890123456789"),
            () => shared.Sent("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n0123456789"),
            () => shared.Sent("0123456789"),
            () => shared.Received(asks),
            () => shared.Sent("HTTP/1.1 403 Forbidden\r\nContent-Length: 7\r\n\r\npri"),
            () => shared.Sent("vate"),
        ];
        foreach (var happens in earlier[..readThrough]) happens();
        reader.Read([]);
        foreach (var happens in earlier[readThrough..]) happens();
        Spoken(shared, 100_000).Recorder.BelongsTo("7", "ada");

        var events = new List<LayerEvent>();
        reader.Read(events);

        events.Where(happened => happened.Detail is not Gap).Select(happened => happened.Detail.Kind).Should().Equal(
            "request", "upgraded", "frame", "message", "handshakeRequest", "frame", "message", "handshakeResponse", "frame", "message", "invocation");
        events.Select(happened => (happened.Sequence, happened.Detail.Kind)).Should().BeSubsetOf(shared.Events().Select(happened => (happened.Sequence, happened.Detail.Kind)));
    }

    [Fact]
    public void A_connection_that_carries_a_users_hub_and_a_strangers_is_nobodys_own_whoever_was_first()
    {
        foreach (var users in (string?[][])[["7", null], [null, "7"], ["7", "8"]])
        {
            var conversation = new RecordedConversation();
            conversation.Received("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
            foreach (var user in users) conversation.Recorder.BelongsTo(user, user);
            conversation.Recorder.Record.UserId.Should().BeNull();
        }
    }

    [Theory]
    [InlineData("MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", true)]
    [InlineData("GET /nowhere HTTP/1.1\r\nHost : a\r\n\r\n", false)]
    [InlineData("POST /nowhere HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n", false)]
    [InlineData("GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n#", false)]
    public void Whose_request_for_an_upgrade_was_not_seen_owns_nothing_of_what_came_before(string before, bool isSeen)
    {
        var shared = new RecordedConversation();
        shared.Received(Others);
        shared.Sent(Answer);
        // The last one asks for a WebSocket, is refused, and sends more than is kept to wait for that.
        shared.Received(before.EndsWith('#') ? before[..^1] + new string('x', 100_000) : before);
        shared.Sent("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        Spoken(shared, 100_000).Recorder.BelongsTo("7", "ada");

        var record = shared.Recorder.Record;
        record.UserId.Should().Be(isSeen ? "7" : null);
        if (isSeen) Text(shared.Events()).Should().NotContain("private");
        record.Facts.Upgraded.Should().BeTrue();
    }

    [Fact]
    public void What_the_application_said_of_others_requests_is_not_told_of_the_layers_either()
    {
        var shared = new RecordedConversation();
        shared.Received(Others);
        shared.Recorder.Fact(new ApplicationFact("ordered", "something private", new Dictionary<string, object?>()), DecodingDepth.Full);
        shared.Sent(Answer);
        Spoken(shared, 100_000).Recorder.BelongsTo("7", "ada");

        shared.Events().Should().NotContain(happened => happened.Detail is ApplicationFact);
        string.Join('\n', shared.Recorder.Record.ReadLayers().Select(layer => layer.Summary)).Should().NotContain("private").And.Contain("upgraded");
    }

    [Theory]
    [InlineData("ndjson")]
    [InlineData("har")]
    [InlineData("pcapng")]
    [InlineData("capture")]
    public async Task An_export_is_of_the_moment_in_which_it_began_whatever_comes_and_whoever_joins_meanwhile(string format)
    {
        var conversation = new RecordedConversation().Upgrade().Handshake();
        for (var i = 0; i < 1_000; i++) conversation.Sent(RecordedConversation.Frame($"{{\"type\":1,\"target\":\"Say\",\"arguments\":[\"{i} {new string('x', 100)}\"]}}\u001e", masked: false));
        using var stream = new MeanwhileStream(() =>
        {
            for (var i = 0; i < 500; i++) conversation.Sent(RecordedConversation.Frame("{\"type\":1,\"target\":\"Say\",\"arguments\":[\"something private\"]}\u001e", masked: false));
        });
        IReadOnlyCollection<ConnectionRecord> records = [conversation.Recorder.Record];
        var cancel = TestContext.Current.CancellationToken;
        await (format switch
        {
            "ndjson" => NdjsonExport.Write(stream, records, null, cancel),
            "har" => HarExport.Write(stream, records, null, cancel),
            "pcapng" => PcapngExport.Write(stream, records, cancel),
            _ => CaptureWriter.Write(stream, records, cancel),
        });

        stream.Length.Should().BeInRange(50_000, 5_000_000);
        Encoding.UTF8.GetString(stream.ToArray()).Should().NotContain("private");
    }

    [Fact]
    public async Task What_was_left_out_is_in_no_capture_either_and_the_capture_reads_back_to_the_same_events()
    {
        var shared = new RecordedConversation();
        shared.Received(Others);
        shared.Sent(Answer);
        Spoken(shared, 100_000).Recorder.BelongsTo("7", "ada");

        using var file = new MemoryStream();
        await CaptureWriter.Write(file, [shared.Recorder.Record], TestContext.Current.CancellationToken);
        file.Position = 0;
        var capture = await Capture.Read(file, cancellationToken: TestContext.Current.CancellationToken);

        Encoding.UTF8.GetString(file.ToArray()).Should().NotContain("private").And.NotContain(Convert.ToBase64String(Encoding.ASCII.GetBytes(Others))[..40]);
        var again = new List<LayerEvent>();
        new ConnectionReader(capture.Journal.Connections.Single(), DecodingDepth.Full).Read(again);
        again.Should().Equal(shared.Events(), (left, right) => left.Sequence == right.Sequence && left.Detail.Summary == right.Detail.Summary);
    }

    [Fact]
    public async Task As_packets_it_begins_behind_what_was_left_out_and_tshark_finds_its_frames()
    {
        Tshark.Demand();
        var shared = new RecordedConversation();
        shared.Received(Others);
        shared.Sent(Answer);
        Spoken(shared, 100_000).Recorder.BelongsTo("7", "ada");

        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "shared.pcapng");
        await using (var stream = File.Create(file)) await PcapngExport.Write(stream, [shared.Recorder.Record], TestContext.Current.CancellationToken);

        (await Tshark.Frames(file, 80)).Should().HaveCount(3);
        (await Tshark.Run(file, 80, "-Y", "_ws.malformed || _ws.expert.severity >= \"Warning\"")).Should().BeEmpty();
        Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)).Should().NotContain("private").And.Contain("GET /chat");
    }

    [Fact]
    public void A_connection_that_was_opened_for_its_upgrade_keeps_everything()
    {
        var conversation = Spoken(new RecordedConversation(), 100_000);
        var before = conversation.Events().Select(happened => happened.Sequence).ToList();

        conversation.Recorder.BelongsTo("7", "ada");

        conversation.Events().Select(happened => happened.Sequence).Should().Equal(before);
        conversation.Recorder.Record.UserId.Should().Be("7");
    }

    [Fact]
    public void A_connection_of_several_users_and_one_that_carries_plain_requests_are_no_users_own()
    {
        var several = new RecordedConversation();
        several.Recorder.BelongsTo("7", "ada");
        several.Recorder.Record.UserId.Should().Be("7");
        several.Recorder.BelongsTo("8", "bob");
        several.Recorder.Record.UserId.Should().BeNull();
        several.Recorder.BelongsTo("7", "ada");
        several.Recorder.Record.UserId.Should().BeNull("what was the other's is still in it");

        var polling = new RecordedConversation();
        polling.Received("POST /chat/negotiate HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
        polling.Recorder.BelongsTo("7", "ada");
        polling.Recorder.Record.UserId.Should().BeNull();
        polling.Recorder.Record.UserName.Should().Be("ada");
    }

    private static RecordedConversation Spoken(RecordedConversation conversation, int step)
    {
        Cut(conversation.Received, "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", step);
        Cut(conversation.Sent, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", step);
        conversation.Handshake();
        conversation.Received(RecordedConversation.Frame("{\"type\":1,\"target\":\"Post\",\"arguments\":[\"hello\"]}\u001e", masked: true));
        return conversation;
    }

    private static void Cut(Action<string> pass, string text, int step)
    {
        for (var at = 0; at < text.Length; at += step) pass(text.Substring(at, Math.Min(step, text.Length - at)));
    }

    private static List<(string Kind, Direction Direction, long Start, long End)> InBytes(IEnumerable<LayerEvent> events) =>
        [.. events.Where(happened => happened.Bytes is not null).Select(happened => (happened.Detail.Kind, happened.Direction, happened.Bytes!.Value.Start, happened.Bytes.Value.End))];

    private static string Text(IEnumerable<LayerEvent> events) =>
        string.Join('\n', events.Select(happened => System.Text.Json.JsonSerializer.Serialize(happened.Detail, happened.Detail.GetType())));

    /// <summary>Something happens whenever something is written.</summary>
    private sealed class MeanwhileStream(Action happens) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            happens();
            return base.WriteAsync(buffer, cancellationToken);
        }
    }
}
