using System.Net.Http;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Captures;
using RealtimeHello.Recording.Exports;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Inspector;

namespace RealtimeHello.Tests.Recording.Captures;

/// <summary>What was recorded live and what is read from a capture give the same events.</summary>
public sealed class CaptureTests
{
    private const string Head = """{"format":"RealtimeHello capture","version":1}""";

    private static readonly CancellationToken cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_capture_written_live_replays_to_the_same_events_json_messagepack_tls_compressed_and_http_2()
    {
        using var file = new MemoryStream();
        await using var application = await StrangersApplication.Start();
        using var watch = application.Journal.Watch();
        var following = new CaptureWriter(file).Follow(watch, cancel);

        foreach (var secure in new[] { false, true })
        {
            foreach (var messagePack in new[] { false, true })
            {
                var builder = new HubConnectionBuilder().WithUrl(new Uri(secure ? application.Secure : application.Plain, "/whole"), options =>
                {
                    options.SkipNegotiation = true;
                    options.Transports = HttpTransportType.WebSockets;
                    options.AccessTokenProvider = () => Task.FromResult<string?>("sEcReT");
                    options.WebSocketConfiguration = socket => socket.RemoteCertificateValidationCallback = StrangersApplication.IsItsCertificate;
                });
                if (messagePack) builder.AddMessagePackProtocol();
                await using var hub = builder.Build();
                await hub.StartAsync(cancel);
                (await hub.InvokeAsync<string>("Echo", "hello", cancel)).Should().Be("hello");
                (await hub.StreamAsync<int>("Count", 5, cancel).ToListAsync(cancel)).Should().HaveCount(5);
            }
        }

        using (var socket = new ClientWebSocket { Options = { DangerousDeflateOptions = new() } })
        {
            await socket.ConnectAsync(new UriBuilder(application.Plain) { Scheme = "ws", Path = "/deflated" }.Uri, cancel);
            await socket.SendAsync("compressed compressed compressed"u8.ToArray(), WebSocketMessageType.Text, true, cancel);
            await socket.ReceiveAsync(new byte[100], cancel);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancel);
        }

        using (var http = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = StrangersApplication.IsItsCertificate } }) { BaseAddress = application.Secure, DefaultRequestVersion = new(2, 0) })
            (await http.GetAsync(new Uri("/forbidden", UriKind.Relative), cancel)).Dispose();
        await application.Stop();
        watch.Dispose();
        await following;

        var live = application.Journal.Connections.ToDictionary(record => record.Id);
        live.Should().HaveCount(6);
        Encoding.UTF8.GetString(file.ToArray()).Should().NotContain("sEcReT");
        file.Position = 0;
        var capture = await Capture.Read(file, cancellationToken: cancel);
        capture.Trouble.Should().BeNull();
        capture.Connections.Select(record => record.Id).Should().BeEquivalentTo(live.Keys);
        foreach (var replayed in capture.Connections)
        {
            var was = live[replayed.Id];
            EventsOf(replayed).Should().Equal(EventsOf(was)).And.HaveCountGreaterThan(4);
            EventsOf(replayed, DecodingDepth.Lifecycle).Should().Equal(EventsOf(was, DecodingDepth.Lifecycle));
            JsonSerializer.Serialize(replayed.ReadLayers(), EventJson.Options).Should().Be(JsonSerializer.Serialize(was.ReadLayers(), EventJson.Options));
            replayed.Counters.Should().Be(was.Counters);
            replayed.Close.Should().Be(was.Close).And.NotBeNull();
            (replayed.ClosedAt, replayed.IsSecure, replayed.Facts, replayed.AskedForWebSocket, replayed.CarriesHub).Should().Be(
                (was.ClosedAt, was.IsSecure, was.Facts, was.AskedForWebSocket, was.CarriesHub));
        }

        // What was read can be written again, exported, and read again.
        using var again = new MemoryStream();
        await CaptureWriter.Write(again, capture.Connections, cancel);
        again.Position = 0;
        (await Capture.Read(again, cancellationToken: cancel)).Connections.SelectMany(record => EventsOf(record)).Should().Equal(capture.Connections.SelectMany(record => EventsOf(record)));
        (await Exported(capture.Connections)).Should().Equal(await Exported([.. capture.Connections.Select(record => live[record.Id])]));
    }

    [Fact]
    public async Task A_capture_torn_at_any_byte_gives_everything_before_and_says_so()
    {
        var whole = await Written(Conversation());
        var events = EventsOf((await Read(whole)).Connections.Single());
        var head = Array.IndexOf(whole, (byte)'\n') + 1;

        for (var length = 0; length < whole.Length; length++)
        {
            if (length < head)
            {
                await FluentActions.Awaiting(() => Read(whole[..length])).Should().ThrowAsync<InvalidDataException>().WithMessage("This is no capture*");
                continue;
            }

            var torn = await Read(whole[..length]);
            if (whole[length - 1] == '\n') torn.Trouble.Should().BeNull();
            else torn.Trouble.Should().StartWith("The capture ends in the middle of line ");
            if (torn.Connections.Count == 1) EventsOf(torn.Connections[0]).Should().Equal(events.Take(EventsOf(torn.Connections[0]).Length));
            else torn.Connections.Should().BeEmpty();
        }
    }

    [Theory]
    [InlineData("""{"kind":"bytes","connection":"B","number":1}""", "Line 3 can't be read: no connection B began before.")]
    [InlineData("""{"kind":"bytes","number":1}""", "Line 3 can't be read: it names no connection.")]
    [InlineData("""{"connection":"A","number":1}""", "Line 3 can't be read: it has no kind.")]
    [InlineData("""{"kind":"connection","connection":"A","at":"2026-01-02T12:00:00Z","perspective":"server","remote":"r","local":"l"}""", "Line 3 can't be read: connection A began before.")]
    [InlineData("""{"kind":"connection","connection":"B"}""", "Line 3 can't be read: it lacks perspective, time, remote or local.")]
    [InlineData("""{"kind":"bytes","connection":"A","number":0,"at":"2026-01-02T12:00:00Z","tap":"plain","direction":"received","data":"AAAA"}""", "Line 3 can't be read: number 0 comes behind 0.")]
    [InlineData("""{"kind":"bytes","connection":"A","number":1,"tap":"plain","direction":"received","data":"AAAA"}""", "Line 3 can't be read: it has no time.")]
    [InlineData("""{"kind":"bytes","connection":"A","number":1,"at":"2026-01-02T12:00:00Z","direction":"received","data":"AAAA"}""", "Line 3 can't be read: it has no tap or no direction.")]
    [InlineData("""{"kind":"bytes","connection":"A","number":1,"at":"2026-01-02T12:00:00Z","tap":"plain","direction":"local","data":"AAAA"}""", "Line 3 can't be read: it has no tap or no direction.")]
    [InlineData("""{"kind":"bytes","connection":"A","number":1,"at":"2026-01-02T12:00:00Z","tap":"plain","direction":"received","offset":-1,"data":"AAAA"}""", "Line 3 can't be read: offset -1 lies before 0, where these bytes have to begin.")]
    [InlineData("""{"kind":"bytes","connection":"A","number":1,"at":"2026-01-02T12:00:00Z","tap":"plain","direction":"received"}""", "Line 3 can't be read: it has no bytes.")]
    [InlineData("""{"kind":"skipped","connection":"A","number":1,"at":"2026-01-02T12:00:00Z","tap":"plain","direction":"received","length":-5}""", "Line 3 can't be read: it has no bytes.")]
    [InlineData("""{"kind":"fact","connection":"A","number":1,"at":"2026-01-02T12:00:00Z","type":"\u001b[31mevil","fact":{}}""", "Line 3 can't be read: its type \\u001B[31mevil is not known.")]
    [InlineData("""{"kind":"fact","connection":"A","number":1,"at":"2026-01-02T12:00:00Z","type":"tcpOpened"}""", "Line 3 can't be read: it has no fact.")]
    [InlineData("""{"kind":"fact","connection":"A","number":1,"at":"2026-01-02T12:00:00Z","type":"tcpOpened","fact":{}}""", "Line 3 can't be read: JSON deserialization*")]
    [InlineData("""{"kind":"fact","connection":"A","number":1,"at":"2026-01-02T12:00:00Z","type":"tcpClosed","fact":{"close":null,"lifetime":"00:00:01","counters":null}}""", "Line 3 can't be read: *null*")]
    [InlineData("""{"kind":"bytes","connection":"A","number":1,"data":"!!"}""", "Line 3 can't be read: *")]
    [InlineData("""not json""", "Line 3 can't be read: *")]
    [InlineData("null", "Line 3 is empty.")]
    public async Task A_line_that_is_wrong_is_named_and_what_stands_before_it_is_there(string line, string trouble)
    {
        var capture = await Read(Encoding.UTF8.GetBytes($$"""
            {{Head}}
            {"kind":"connection","connection":"A","at":"2026-01-02T12:00:00Z","perspective":"server","remote":"r","local":"l"}
            {{line}}

            """.ReplaceLineEndings("\n")));

        capture.Trouble.Should().Match(trouble);
        capture.Connections.Should().ContainSingle().Which.Id.Should().Be("A");
        EventsOf(capture.Connections[0]).Should().BeEmpty();
    }

    [Theory]
    [InlineData("", "This is no capture: its first line does not name the format \"RealtimeHello capture\".")]
    [InlineData("\n\n", "This is no capture*")]
    [InlineData("{}\n", "This is no capture*")]
    [InlineData("GIF89a\n", "This is no capture*")]
    [InlineData("{\"format\":\"RealtimeHello capture\",\"version\":2}\n", "This capture has version 2; this program reads up to version 1. A newer program reads it.")]
    public async Task What_is_no_capture_is_refused_in_a_sentence(string text, string sentence) =>
        await FluentActions.Awaiting(() => Read(Encoding.UTF8.GetBytes(text))).Should().ThrowAsync<InvalidDataException>().WithMessage(sentence);

    [Fact]
    public async Task What_the_journal_evicted_before_it_was_written_stays_a_gap_wherever_it_lay()
    {
        var conversation = new RecordedConversation(new JournalOptions { ConnectionBytes = 4 * 1024 }).Upgrade().Handshake();
        using var file = new MemoryStream();
        var writer = new CaptureWriter(file);
        for (var round = 0; round < 3; round++)
        {
            await writer.WriteNews(conversation.Recorder.Record, cancellationToken: cancel);
            for (var i = 0; i < 300; i++) conversation.Received(RecordedConversation.Frame($$"""{"type":1,"target":"Round{{round}}","arguments":[]}""" + "\u001e", masked: true));
        }

        await writer.WriteNews(conversation.Recorder.Record, cancellationToken: cancel);
        await writer.Flush(cancel);

        var replayed = (await Read(file.ToArray())).Connections.Single();
        var events = new List<LayerEvent>();
        new ConnectionReader(replayed, DecodingDepth.Full).Read(events);
        events.Count(happened => happened.Detail is Gap).Should().Be(3);
        events.Should().NotContain(happened => happened.Detail is DecodeFault);
        events.Select(happened => happened.Detail).OfType<InvocationMessage>().Select(invocation => invocation.Target).Distinct().Should().Equal("Round0", "Round1", "Round2");
        events.Select(happened => happened.Sequence).Should().BeInAscendingOrder();
    }

    [Fact]
    public async Task A_capture_stops_at_its_limit_and_says_so()
    {
        using var file = new MemoryStream();
        var conversation = new RecordedConversation().Upgrade().Handshake();
        for (var i = 0; i < 1_000; i++) conversation.Received(RecordedConversation.Frame("{\"type\":6}\u001e", masked: true));
        var writer = new CaptureWriter(file, limit: 20_000);
        await writer.WriteNews(conversation.Recorder.Record, cancellationToken: cancel);
        await writer.Flush(cancel);

        writer.IsFull.Should().BeTrue();
        file.Length.Should().BeInRange(20_000, 21_000);
        (await Read(file.ToArray())).Trouble.Should().Be("The capture reached its limit of 20000 bytes: what came then was not written.");
    }

    [Fact]
    public async Task A_capture_larger_than_the_reader_takes_is_read_to_the_limit()
    {
        var whole = await Written(Conversation());

        var capture = await Capture.Read(new MemoryStream(whole), limit: 1_000, cancel);

        capture.Trouble.Should().StartWith("Only the first ");
        EventsOf(capture.Connections.Single()).Should().NotBeEmpty();
    }

    [Fact]
    public async Task Whatever_stands_in_a_capture_nothing_but_a_sentence_comes_of_it()
    {
        var whole = await Written(Conversation());
        var random = new Random(7);
        for (var i = 0; i < 3_000; i++)
        {
            var bytes = whole.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                foreach (var connection in (await Read(bytes)).Connections)
                {
                    EventsOf(connection);
                    connection.ReadLayers();
                    await Exported([connection]);
                }
            }
            catch (InvalidDataException refusal)
            {
                refusal.Message.Should().NotContain("\n");
            }
        }
    }

    private static RecordedConversation Conversation()
    {
        var conversation = new RecordedConversation().Upgrade().Handshake();
        conversation.Received(RecordedConversation.Frame("""{"type":1,"target":"Post","arguments":["hello"]}""" + "\u001e", masked: true));
        conversation.Recorder.BelongsTo("7", "ada");
        conversation.Recorder.Fact(new RealtimeHello.Layers.Application.ApplicationFact("posted", "posted 1", new Dictionary<string, object?> { ["number"] = 1L, ["to"] = new[] { "a" } }));
        conversation.Sent([0x88, 0x02, 0x03, 0xE8]);
        conversation.Recorder.Ended(TapPoint.Plain, Direction.Received, StreamEnding.Reset, "by the peer");
        conversation.Recorder.Close();
        return conversation;
    }

    private static async Task<byte[]> Written(RecordedConversation conversation)
    {
        using var file = new MemoryStream();
        await CaptureWriter.Write(file, [conversation.Recorder.Record], cancel);
        return file.ToArray();
    }

    private static Task<Capture> Read(byte[] bytes) => Capture.Read(new MemoryStream(bytes), cancellationToken: cancel);

    private static string[] EventsOf(ConnectionRecord record, DecodingDepth depth = DecodingDepth.Full)
    {
        var events = new List<LayerEvent>();
        new ConnectionReader(record, depth).Read(events);
        return [.. events.Select(Json)];
    }

    private static string Json(LayerEvent happened)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) EventJson.Write(writer, happened);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static async Task<byte[]> Exported(IReadOnlyCollection<ConnectionRecord> connections)
    {
        using var stream = new MemoryStream();
        await PcapngExport.Write(stream, connections, cancel);
        await HarExport.Write(stream, connections, null, cancel);
        await NdjsonExport.Write(stream, connections, null, cancel);
        return stream.ToArray();
    }
}
