using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Application;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Exports;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Tests.Recording.Exports;

public sealed class ExportTests
{
    private static readonly DateTimeOffset noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_pcapng_file_is_blocks_whose_packets_carry_the_recorded_bytes_at_their_offsets()
    {
        var conversation = new RecordedConversation(time: new Microsoft.Extensions.Time.Testing.FakeTimeProvider(noon));
        conversation.Received("GET / HTTP/1.1\r\n\r\n");
        var blocks = Blocks(await Export(conversation, PcapngExport.Write));

        blocks.Select(block => block.Type).Should().Equal(0x0A0D0D0A, 1, 6, 6, 6, 6);
        Convert.ToHexString(blocks[0].Body, 0, 16).Should().Be("4D3C2B1A" + "0100" + "0000" + "FFFFFFFFFFFFFFFF", "the byte-order magic, version 1.0, and no length");
        Convert.ToHexString(blocks[1].Body, 0, 8).Should().Be("6500" + "0000" + "00000000", "raw IP (101), reserved, packets are not cut");

        var data = blocks[5].Body;
        var at = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(4)) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(8));
        at.Should().Be((ulong)(noon.UtcTicks - DateTime.UnixEpoch.Ticks));
        var packet = data[20..(20 + 58)];
        Convert.ToHexString(packet).Should().Be(
            "4500003A0000400040063CBC7F0000017F000001" // IPv4: 58 bytes, don't fragment, TCP, checksum
            + "03E80050" + "00000001" + "00000001" + "5018FFFF" + Checksum(packet) + "0000"                        // 1000 to 80, sequence 1, acknowledges 1, PSH and ACK
            + Convert.ToHexString("GET / HTTP/1.1\r\n\r\n"u8));
        Sum(packet.AsSpan(0, 20), 0).Should().Be(0xFFFF, "a right checksum completes the sum of the header's words");
        Sum(packet.AsSpan(20), (uint)(6 + 38 + 0x7F00 + 0x0001 + 0x7F00 + 0x0001)).Should().Be(0xFFFF);
    }

    [Fact]
    public async Task What_was_evicted_or_not_stored_stays_a_hole_or_asterisks_and_nothing_throws()
    {
        var conversation = new RecordedConversation(new JournalOptions { ConnectionBytes = 8 * 1024 });
        conversation.Received("POST /session HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nsEcReT");
        conversation.Sent("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        conversation.Upgrade().Handshake();
        for (var i = 0; i < 400; i++) conversation.Received(RecordedConversation.Frame("{\"type\":6}\u001e", masked: true));

        var pcapng = await Export(conversation, PcapngExport.Write);
        Encoding.Latin1.GetString(pcapng).Should().Contain("******").And.NotContain("sEcReT").And.Contain("bytes were evicted");
        var har = Encoding.UTF8.GetString(await Export(conversation, (stream, records, cancel) => HarExport.Write(stream, records, null, cancel)));
        har.Should().NotContain("sEcReT");
        JsonDocument.Parse(har).RootElement.GetProperty("log").GetProperty("entries").GetArrayLength().Should().Be(2);
    }

    [Fact]
    public async Task A_har_file_holds_what_the_format_demands_and_a_websockets_messages_as_chrome_writes_them()
    {
        var conversation = new RecordedConversation(time: new Microsoft.Extensions.Time.Testing.FakeTimeProvider(noon));
        conversation.Upgrade("?x=1&access_token=sEcReT");
        conversation.Received(RecordedConversation.Frame("hello <b>", masked: true));
        conversation.Sent([0x82, 3, 0, 1, 255]);
        conversation.Received([0x88, 0x80, 0, 0, 0, 0]);
        conversation.Recorder.Close();

        var log = JsonDocument.Parse(await Export(conversation, (stream, records, cancel) => HarExport.Write(stream, records, null, cancel))).RootElement.GetProperty("log");

        log.GetProperty("version").GetString().Should().Be("1.2");
        log.GetProperty("creator").GetProperty("name").GetString().Should().Be("RealtimeHello");
        log.GetProperty("creator").GetProperty("version").GetString().Should().NotBeEmpty();
        var entry = log.GetProperty("entries").EnumerateArray().Should().ContainSingle().Subject;
        Demand(entry, "startedDateTime", "time", "request", "response", "cache", "timings");
        Demand(entry.GetProperty("request"), "method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize");
        Demand(entry.GetProperty("response"), "status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL", "headersSize", "bodySize");
        Demand(entry.GetProperty("response").GetProperty("content"), "size", "mimeType");
        Demand(entry.GetProperty("timings"), "send", "wait", "receive");
        entry.GetProperty("request").GetProperty("url").GetString().Should().Be("ws://a/chat?x=1&access_token=******");
        entry.GetProperty("request").GetProperty("queryString")[0].GetProperty("name").GetString().Should().Be("x");
        entry.GetProperty("response").GetProperty("status").GetInt32().Should().Be(101);
        entry.GetProperty("_resourceType").GetString().Should().Be("websocket");
        var seconds = (noon - DateTimeOffset.UnixEpoch).TotalSeconds;
        entry.GetProperty("_webSocketMessages").EnumerateArray().Select(message => (
            message.GetProperty("type").GetString(), message.GetProperty("time").GetDouble(), message.GetProperty("opcode").GetInt32(), message.GetProperty("data").GetString()))
            .Should().Equal(("send", seconds, 1, "hello <b>"), ("receive", seconds, 2, "AAH/"));
    }

    [Fact]
    public async Task An_interim_answer_is_nobodys_answer_in_a_har_file()
    {
        var conversation = new RecordedConversation();
        conversation.Received("POST /one HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
        conversation.Sent("HTTP/1.1 100 Continue\r\n\r\n");
        conversation.Received("abc");
        conversation.Received("GET /two HTTP/1.1\r\nHost: a\r\n\r\n");
        conversation.Sent("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        conversation.Sent("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
        (await HarOf(conversation)).Select(Answered).Should().Equal(("http://a/one", "HTTP/1.1", 404), ("http://a/two", "HTTP/1.1", 201));

        var upgraded = new RecordedConversation();
        upgraded.Received("GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        upgraded.Sent("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
        upgraded.Sent("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
        upgraded.Handshake();
        var entry = (await HarOf(upgraded)).Should().ContainSingle().Subject;
        Answered(entry).Should().Be(("ws://a/chat", "HTTP/1.1", 101));
        entry.GetProperty("_webSocketMessages").GetArrayLength().Should().Be(2);
    }

    [Fact]
    public async Task An_upgrade_to_another_protocol_is_the_answer_in_a_har_file()
    {
        var conversation = new RecordedConversation();
        conversation.Received("GET /one HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
        conversation.Sent("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
        (await HarOf(conversation)).Select(Answered).Should().Equal(("http://a/one", "HTTP/1.1", 101));
    }

    [Theory]
    [InlineData("GET http://b.example/x?y=1 HTTP/1.1\r\nHost: a\r\n\r\n", "http://b.example/x?y=1")]
    [InlineData("GET HTTP://b.example/x HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", "ws://b.example/x")]
    [InlineData("GET /x?to=http://b.example/ HTTP/1.1\r\nHost: a\r\n\r\n", "http://a/x?to=http://b.example/")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "http://a")]
    [InlineData("CONNECT b.example:443 HTTP/1.1\r\nHost: b.example:443\r\n\r\n", "http://b.example:443")]
    public async Task The_address_of_a_har_files_request_is_whole_in_every_form_of_its_target(string request, string address)
    {
        var conversation = new RecordedConversation();
        conversation.Received(request);
        conversation.Sent("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        (await HarOf(conversation)).Select(Answered).Should().Equal((address, "HTTP/1.1", 404));
    }

    [Fact]
    public async Task A_refusal_in_a_har_file_has_the_version_that_it_came_with_and_its_size_in_bytes()
    {
        var conversation = new RecordedConversation();
        conversation.Received("GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        conversation.Sent("HTTP/1.0 403 Forbidden\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 6\r\n\r\näöü");
        var entry = (await HarOf(conversation)).Should().ContainSingle().Subject;
        Answered(entry).Should().Be(("ws://a/chat", "HTTP/1.0", 403));
        var content = entry.GetProperty("response").GetProperty("content");
        (content.GetProperty("text").GetString(), content.GetProperty("size").GetInt32()).Should().Be(("äöü", 6));
    }

    [Fact]
    public async Task A_har_file_of_messages_that_inflate_is_written_as_it_goes()
    {
        const int count = 100;
        const int length = 200_000;
        var conversation = new RecordedConversation().Upgrade(extensions: "permessage-deflate; client_no_context_takeover");
        using var deflated = new MemoryStream();
        using (var deflate = new DeflateStream(deflated, CompressionLevel.Optimal, leaveOpen: true)) deflate.Write(Encoding.ASCII.GetBytes(new string('a', length)));
        // RFC 7692 7.2.3.4: a block with BFINAL, and an empty one behind it.
        byte[] payload = [.. deflated.ToArray(), 0x00];
        for (var i = 0; i < count; i++) conversation.Received([0xC1, 0xFE, (byte)(payload.Length >> 8), (byte)payload.Length, 0, 0, 0, 0, .. payload]);
        using var stream = new LongestWrite();

        await HarExport.Write(stream, [conversation.Recorder.Record], null, TestContext.Current.CancellationToken);

        stream.Written.Should().BeGreaterThan(count * length);
        stream.Longest.Should().BeLessThan(2 * length, "no more than a message is held");
    }

    [Fact]
    public async Task Ndjson_is_the_events_one_a_line()
    {
        var conversation = new RecordedConversation().Upgrade().Handshake();
        conversation.Received(RecordedConversation.Frame("{\"type\":1,\"target\":\"a\\nb\",\"arguments\":[]}\u001e", masked: true));

        var text = Encoding.UTF8.GetString(await Export(conversation, (stream, records, cancel) => NdjsonExport.Write(stream, records, null, cancel)));

        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        lines.Select(line => line.GetProperty("sequence").GetString()).Should().Equal(conversation.Events().Select(happened => happened.Sequence.ToString()));
        lines[^1].GetProperty("detail").GetProperty("target").GetString().Should().Be("a\nb");
    }

    [Fact]
    public async Task What_json_has_no_number_for_is_written_all_the_same()
    {
        var conversation = new RecordedConversation().Upgrade().Handshake();
        conversation.Recorder.Fact(new ApplicationFact("measured", "x", new Dictionary<string, object?> { ["value"] = double.NaN }), DecodingDepth.Full);
        var text = Encoding.UTF8.GetString(await Export(conversation, (stream, records, cancel) => NdjsonExport.Write(stream, records, null, cancel)));
        text.Should().Contain("\"value\":\"NaN\"");
    }

    [Fact]
    public async Task The_end_of_a_connection_is_in_its_packets_over_tls_too()
    {
        var plain = new RecordedConversation().Upgrade().Handshake();
        plain.Recorder.Ended(TapPoint.Plain, Direction.Received, StreamEnding.Finished);
        var tls = new RecordedConversation();
        tls.Recorder.Bytes(TapPoint.Wire, Direction.Received, [0x16, 3, 1, 0, 1, 1]);
        tls.Upgrade().Handshake();
        tls.Recorder.Ended(TapPoint.Wire, Direction.Received, StreamEnding.Finished);
        tls.Recorder.Ended(TapPoint.Plain, Direction.Received, StreamEnding.Finished);
        foreach (var conversation in (RecordedConversation[])[plain, tls])
        {
            // Enhanced Packet Blocks (6): the TCP header's flags stand behind 28 bytes of the block and 20 of IPv4.
            var packets = Blocks(await Export(conversation, PcapngExport.Write)).Where(block => block.Type == 6).ToList();
            packets.Count(packet => (packet.Body[20 + 20 + 13] & 1) != 0).Should().Be(1, "one side ended, once");
        }
    }

    private static async Task<List<JsonElement>> HarOf(RecordedConversation conversation)
    {
        var har = JsonDocument.Parse(await Export(conversation, (stream, records, cancel) => HarExport.Write(stream, records, null, cancel)));
        return [.. har.RootElement.GetProperty("log").GetProperty("entries").EnumerateArray()];
    }

    private static (string? Url, string? Version, int Status) Answered(JsonElement entry) => (
        entry.GetProperty("request").GetProperty("url").GetString(),
        entry.GetProperty("response").GetProperty("httpVersion").GetString(),
        entry.GetProperty("response").GetProperty("status").GetInt32());

    private static async Task<byte[]> Export(RecordedConversation conversation, Func<Stream, IReadOnlyCollection<ConnectionRecord>, CancellationToken, Task> write)
    {
        using var stream = new MemoryStream();
        await write(stream, [conversation.Recorder.Record], TestContext.Current.CancellationToken);
        return stream.ToArray();
    }

    private static void Demand(JsonElement element, params string[] properties) =>
        element.EnumerateObject().Select(property => property.Name).Should().Contain(properties);

    private static List<(uint Type, byte[] Body)> Blocks(byte[] file)
    {
        var blocks = new List<(uint, byte[])>();
        for (var at = 0; at < file.Length;)
        {
            var type = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at));
            var length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 4));
            (length & 3).Should().Be(0);
            BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + length - 4)).Should().Be(length, "a block ends with its length again");
            blocks.Add((type, file[(at + 8)..(at + length - 4)]));
            at += length;
        }

        return blocks;
    }

    private static string Checksum(byte[] packet) => Convert.ToHexString(packet.AsSpan(36, 2));

    /// <summary>RFC 1071.</summary>
    private static uint Sum(ReadOnlySpan<byte> words, uint sum)
    {
        for (var i = 0; i < words.Length; i += 2) sum += BinaryPrimitives.ReadUInt16BigEndian(words[i..]);
        while (sum > 0xFFFF) sum = (sum & 0xFFFF) + (sum >> 16);
        return sum;
    }

    private sealed class LongestWrite : MemoryStream
    {
        public long Written { get; private set; }

        public int Longest { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Written += buffer.Length;
            Longest = Math.Max(Longest, buffer.Length);
            return ValueTask.CompletedTask;
        }
    }
}
