using System.Buffers;
using System.Text;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Tests.Layers.Decoding;
using static RealtimeHello.Tests.Layers.Decoding.Wire;
using Framework = Microsoft.AspNetCore.SignalR.Protocol;

namespace RealtimeHello.Tests.Layers.SignalR;

public sealed class SignalRDecoderTests
{
    private const string End = "\u001e";

    private static readonly Segment[] upgrade = Upgrade();

    private static Segment Client(string text) => ClientFrame(0x81, Encoding.UTF8.GetBytes(text));

    private static Segment Server(string text) => ServerFrame(0x81, Encoding.UTF8.GetBytes(text));

    private static Segment[] Opened(string protocol) =>
        [.. upgrade, Client($$"""{"protocol":"{{protocol}}","version":1}{{End}}"""), Server("{}" + End)];

    private static LayerDetail ReadJson(string json) => Decode([.. Opened("json"), Client(json + End)]).All.Last(e => e.Detail.Layer == Layer.SignalR).Detail;

    private static LayerDetail ReadMessagePack(params byte[] body) =>
        Decode([.. Opened("messagepack"), ClientFrame(0x82, [(byte)body.Length, .. body])]).All.Last(e => e.Detail.Layer == Layer.SignalR).Detail;

    [Theory]
    [InlineData("""{"type":1,"target":"T","arguments":["a \ud83d\ude00 b"]}""", """T("a 😀 b")""")]
    [InlineData("""{"type":1,"target":"T","arguments":["\\ud83d\\ude00 \ud83d \u202e\ude00 \u00e4"]}""", """T("\\ud83d\\ude00 \ud83d \u202e\ude00 \u00e4")""")]
    [InlineData("""{"type":1,"target":"T","arguments":["\\\ud83d\ude00"]}""", """T("\\😀")""")]
    [InlineData("""{"type":3,"invocationId":"1","result":"\uD83D\uDE00"}""", "of 1: \"😀\"")]
    [InlineData("""{"type":2,"invocationId":"1","item":"😀\ud83d\ude00"}""", "item of 1: \"😀😀\"")]
    public void An_emoji_is_seen_as_one_however_it_is_written(string json, string summary) => ReadJson(json).Summary.Should().Be(summary);

    [Fact]
    public void Json_messages_of_all_nine_types_are_read()
    {
        // The examples of HubProtocol.md.
        ReadJson("""{"type":1,"target":"Send","arguments":[42,"Test Message"],"headers":{"Foo":"Bar"}}""").Should().BeEquivalentTo(
            new InvocationMessage("json", null, "Send", ["42", "\"Test Message\""], null) { Headers = [new("Foo", "Bar")] });
        ReadJson("""{"type":1,"invocationId":"123","target":"Send","arguments":[],"streamIds":["1"]}""").Should().BeEquivalentTo(
            new InvocationMessage("json", "123", "Send", [], ["1"]));
        ReadJson("""{"type":2,"invocationId":"123","item":{"a":[1, 2]}}""").Should().Be(new StreamItemMessage("json", "123", """{"a":[1, 2]}"""));
        ReadJson("""{"type":3,"invocationId":"123"}""").Should().Be(new CompletionMessage("json", "123", null, null));
        ReadJson("""{"type":3,"invocationId":"123","result":null}""").Should().Be(new CompletionMessage("json", "123", null, "null"));
        ReadJson("""{"result":42,"type":3,"invocationId":"123"}""").Should().Be(new CompletionMessage("json", "123", null, "42"));
        ReadJson("""{"type":3,"invocationId":"123","error":"It didn't work!"}""").Should().Be(new CompletionMessage("json", "123", "It didn't work!", null));
        ReadJson("""{"type":4,"invocationId":"123","target":"Send","arguments":[42]}""").Should().BeEquivalentTo(
            new StreamInvocationMessage("json", "123", "Send", ["42"], null));
        ReadJson("""{"type":5,"invocationId":"123"}""").Should().Be(new CancelInvocationMessage("json", "123"));
        ReadJson("""{"type":6}""").Should().Be(new PingMessage("json"));
        ReadJson("""{"type":7,"error":"Connection closed because of an error!","allowReconnect":true}""").Should().Be(
            new CloseMessage("json", "Connection closed because of an error!", true));
        ReadJson("""{"type":8,"sequenceId":1394}""").Should().Be(new AckMessage("json", 1394));
        ReadJson("""{"type":9,"sequenceId":1234}""").Should().Be(new SequenceMessage("json", 1234));
    }

    [Fact]
    public void MessagePack_messages_of_all_nine_types_are_read()
    {
        // The examples of HubProtocol.md: fixarray, type, empty map, nil or "xyz", ...
        ReadMessagePack(0x96, 0x01, 0x80, 0xC0, 0xA6, (byte)'m', (byte)'e', (byte)'t', (byte)'h', (byte)'o', (byte)'d', 0x91, 0x2A, 0x90)
            .Should().BeEquivalentTo(new InvocationMessage("messagepack", null, "method", ["42"], null));
        ReadMessagePack(0x94, 0x02, 0x80, 0xA3, (byte)'x', (byte)'y', (byte)'z', 0x2A).Should().Be(new StreamItemMessage("messagepack", "xyz", "42"));
        ReadMessagePack(0x95, 0x03, 0x80, 0xA3, (byte)'x', (byte)'y', (byte)'z', 0x01, 0xA5, (byte)'E', (byte)'r', (byte)'r', (byte)'o', (byte)'r')
            .Should().Be(new CompletionMessage("messagepack", "xyz", "Error", null));
        ReadMessagePack(0x94, 0x03, 0x80, 0xA3, (byte)'x', (byte)'y', (byte)'z', 0x02).Should().Be(new CompletionMessage("messagepack", "xyz", null, null));
        ReadMessagePack(0x95, 0x03, 0x80, 0xA3, (byte)'x', (byte)'y', (byte)'z', 0x03, 0x2A).Should().Be(new CompletionMessage("messagepack", "xyz", null, "42"));
        ReadMessagePack(0x96, 0x04, 0x80, 0xA3, (byte)'x', (byte)'y', (byte)'z', 0xA6, (byte)'m', (byte)'e', (byte)'t', (byte)'h', (byte)'o', (byte)'d', 0x91, 0x2A, 0x90)
            .Should().BeEquivalentTo(new StreamInvocationMessage("messagepack", "xyz", "method", ["42"], null));
        ReadMessagePack(0x93, 0x05, 0x80, 0xA3, (byte)'x', (byte)'y', (byte)'z').Should().Be(new CancelInvocationMessage("messagepack", "xyz"));
        ReadMessagePack(0x91, 0x06).Should().Be(new PingMessage("messagepack"));
        ReadMessagePack(0x92, 0x07, 0xA3, (byte)'x', (byte)'y', (byte)'z').Should().Be(new CloseMessage("messagepack", "xyz", false));
        ReadMessagePack(0x93, 0x07, 0xC0, 0xC3).Should().Be(new CloseMessage("messagepack", null, true));
        ReadMessagePack(0x92, 0x08, 0xCC, 0x24).Should().Be(new AckMessage("messagepack", 36));
        ReadMessagePack(0x92, 0x09, 0xCC, 0x13).Should().Be(new SequenceMessage("messagepack", 19));
    }

    [Theory]
    [InlineData("1.5", "CB 3FF8000000000000")]
    [InlineData("1.5", "CA 3FC00000")]
    [InlineData("\"NaN\"", "CB 7FF8000000000000")]
    [InlineData("-1", "FF")]
    [InlineData("-128", "D0 80")]
    [InlineData("-32768", "D1 8000")]
    [InlineData("18446744073709551615", "CF FFFFFFFFFFFFFFFF")]
    [InlineData("true", "C3")]
    [InlineData("\"a\\\"b\"", "A3 612262")]
    [InlineData("\"😀\\\\u\"", "A6 F09F9880 5C 75")]
    [InlineData("[1,[],{}]", "93 01 90 80")]
    [InlineData("{\"a\":1,\"2\":null}", "82 A1 61 01 02 C0")]
    [InlineData("{\"$binary\":\"AQI=\"}", "C4 02 0102")]
    [InlineData("{\"$extension\":5,\"$binary\":\"/w==\"}", "D4 05 FF")]
    [InlineData("\"1970-01-01T00:00:01Z\"", "D6 FF 00000001")]
    [InlineData("\"1970-01-01T00:00:01.0000005Z\"", "D7 FF 000007D000000001")]
    [InlineData("\"1969-12-31T23:59:59Z\"", "C7 0C FF 00000000 FFFFFFFFFFFFFFFF")]
    public void MessagePack_values_are_shown_as_json(string shown, string hex) =>
        ReadMessagePack([0x94, 0x02, 0x80, 0xA1, (byte)'x', .. Convert.FromHexString(hex.Replace(" ", ""))]).Should().Be(new StreamItemMessage("messagepack", "x", shown));

    [Theory]
    [InlineData("""{"target":"a"}""", "no type")]
    [InlineData("""{"type":10}""", "type 10 is not known")]
    [InlineData("""{"type":"1"}""", "type of a hub message is not a whole number")]
    [InlineData("""{"type":1,"arguments":[]}""", "has no target")]
    [InlineData("""{"type":1,"target":"a"}""", "has no arguments")]
    [InlineData("""{"type":1,"target":"a","arguments":{}}""", "not an array")]
    [InlineData("""{"type":2,"invocationId":"1"}""", "has no item")]
    [InlineData("""{"type":3,"invocationId":"1","error":"a","result":1}""", "both an error and a result")]
    [InlineData("""{"type":5}""", "has no invocationId")]
    [InlineData("""{"type":8}""", "has no sequenceId")]
    [InlineData("""{"type":1""", "not JSON")]
    [InlineData("""{"type":6} {}""", "not JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("", "not JSON")]
    [InlineData("""{"type":3,"invocationId":"\ud800"}""", "not text")]
    public void A_json_message_that_can_not_be_read_is_a_fault_behind_which_decoding_goes_on(string json, string reason)
    {
        var events = Decode([.. Opened("json"), Client(json + End + """{"type":6}""" + End)]);
        events.Faults.Should().ContainSingle().Which.Reason.Should().Contain(reason);
        events.Of<PingMessage>().Should().ContainSingle();
    }

    [Theory]
    [InlineData("01", "array")]                        // no array
    [InlineData("90", "empty array")]
    [InlineData("92 05 80", "invocationId")]           // a cancellation without an id
    [InlineData("91 0A", "type 10")]
    [InlineData("93 01 80 01", "string")]              // an id that is a number
    [InlineData("94 03 80 A1 78 09", "result kind")]
    [InlineData("94 02 80 A1 78", "too early")]        // an item that is not there
    [InlineData("91 06 00", "follow")]
    [InlineData("94 02 80 A1 78 C1", "0xC1")]
    [InlineData("94 02 80 A1 78 DD FFFFFFFF", "too early")]
    [InlineData("94 02 80 A1 78 DB FFFFFFFF", "too early")]
    public void A_MessagePack_message_that_can_not_be_read_is_a_fault_behind_which_decoding_goes_on(string hex, string reason)
    {
        var body = Convert.FromHexString(hex.Replace(" ", ""));
        var events = Decode([.. Opened("messagepack"), ClientFrame(0x82, [(byte)body.Length, .. body, 0x02, 0x91, 0x06])]);
        events.Faults.Should().ContainSingle().Which.Reason.Should().Contain(reason);
        events.Of<PingMessage>().Should().ContainSingle();
    }

    [Fact]
    public void Deep_nesting_is_a_fault()
    {
        ReadJson("""{"type":2,"invocationId":"1","item":""" + new string('[', 100_000) + "}").Should().BeOfType<DecodeFault>();
        var body = new byte[] { 0x94, 0x02, 0x80, 0xA1, 0x78 }.Concat(Enumerable.Repeat((byte)0x91, 100_000)).ToArray();
        Decode([.. Opened("messagepack"), ClientFrame(0x82, [0xA5, 0x8D, 0x06, .. body])]).Faults.Single().Reason.Should().Contain("nested");
    }

    [Fact]
    public void A_message_that_is_too_long_is_a_fault_and_the_next_one_is_read()
    {
        var limits = new DecoderLimits { HubMessageBytes = 100 };
        var json = Decode([.. Opened("json"), Client(new string('x', 200)), Client("y" + End + """{"type":6}""" + End)], limits: limits);
        json.Faults.Should().ContainSingle();
        json.Of<PingMessage>().Should().ContainSingle();
        var packed = Decode([.. Opened("messagepack"), ClientFrame(0x82, [0xC8, 0x01, .. new byte[200], 0x02, 0x91, 0x06])], limits: limits);
        packed.Faults.Should().ContainSingle();
        packed.Of<PingMessage>().Should().ContainSingle();
    }

    [Fact]
    public void Values_and_arguments_are_shown_up_to_their_limits_and_counted_beyond()
    {
        var limits = new DecoderLimits { ShownCharacters = 5, ShownArguments = 2 };
        var json = Decode([.. Opened("json"), Client("""{"type":1,"target":"a","arguments":["abcdefgh",2,3,4]}""" + End)], limits: limits).Of<InvocationMessage>().Single();
        json.Arguments.Should().Equal("\"abcd…", "2");
        json.ArgumentCount.Should().Be(4);
    }

    [Fact]
    public void Messages_in_one_frame_and_over_several_have_the_ranges_of_their_bytes()
    {
        var two = Client("""{"type":6}""" + End + """{"type":6}""" + End);
        var begun = Client("""{"type":""");
        var events = Decode([.. Opened("json"), two, begun, Client("6}" + End)]);
        var start = (upgrade[0].Bytes.Length + 6) + 32L; // the upgrade, and the handshake in its frame
        events.All.Where(e => e.Detail is PingMessage).Select(e => e.Source).Should().Equal(
            new ByteRange(start + 6, start + 17),
            new ByteRange(start + 17, start + 28),
            new ByteRange(start + 28 + 6, start + 28 + begun.Bytes.Length + 9));
    }

    [Fact]
    public void A_first_message_that_is_no_handshake_says_quietly_that_this_is_not_SignalR()
    {
        foreach (var first in (string[])["hello", "{}" + End, """{"protocol":"json"}""" + End, """{"type":"connection_init"}""", "{" + new string(' ', 5000)])
        {
            var events = new RecordedEvents();
            var decoder = new ConnectionDecoder(Perspective.Server, DecodingDepth.Full, events);
            foreach (var s in (Segment[])[.. upgrade, Client(first), Server("{}" + End)]) decoder.Push(s.Tap, s.Direction, s.Bytes);
            decoder.Facts.IsNotSignalR.Should().BeTrue();
            events.All.Should().NotContain(e => e.Detail.Layer == Layer.SignalR);
        }
    }

    [Fact]
    public void A_handshake_without_its_end_is_a_fault_and_the_server_s_answer_is_still_read()
    {
        Segment[] segments = [.. upgrade, Client("""{"protocol":"json","version":1}"""), Server("""{"error":"Handshake was canceled."}""" + End)];
        var events = Decode(segments);
        events.Faults.Should().ContainSingle().Which.Reason.Should().Contain("0x1E");
        events.Of<HandshakeResponse>().Should().ContainSingle().Which.Error.Should().Be("Handshake was canceled.");
        ShouldNotDependOnCuts(segments);

        // SignalR reads a stream: the end may come in a message of its own.
        var late = Decode([.. upgrade, Client("""{"protocol":"json","version":1}"""), Client(End), Server("{}" + End), Client("""{"type":6}""" + End)]);
        late.Of<HandshakeRequest>().Should().ContainSingle();
        late.Of<PingMessage>().Should().ContainSingle();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_stateful_reconnect_goes_on_without_a_handshake_whichever_side_speaks_first(bool serverFirst)
    {
        Segment[] json = [Client("""{"type":9,"sequenceId":3}""" + End + """{"type":6}""" + End), Server("""{"type":9,"sequenceId":1}""" + End), Client("""{"type":8,"sequenceId":2}""" + End)];
        Segment[] messagePack =
        [
            ClientFrame(0x82, [0x03, 0x92, 0x09, 0x03, 0x02, 0x91, 0x06]), ServerFrame(0x82, [0x05, 0x92, 0x09, 0xCD, 0x01, 0x00]), ClientFrame(0x82, [0x03, 0x92, 0x08, 0x02]),
        ];
        foreach (var (messages, protocol) in new[] { (json, "json"), (messagePack, "messagepack") })
        {
            Segment[] segments = serverFirst ? [.. upgrade, messages[1], messages[0], messages[2]] : [.. upgrade, .. messages];
            var events = Decode(segments);

            events.Faults.Should().BeEmpty();
            events.Of<SequenceMessage>().Select(m => m.SequenceId).Should().BeEquivalentTo([3L, protocol == "json" ? 1L : 256L]);
            events.Of<PingMessage>().Should().ContainSingle().Which.Encoding.Should().Be(protocol);
            events.Of<AckMessage>().Should().ContainSingle().Which.SequenceId.Should().Be(2);
            ShouldNotDependOnCuts(segments);
            var decoder = new ConnectionDecoder(Perspective.Server, DecodingDepth.Lifecycle, new RecordedEvents());
            foreach (var s in segments) decoder.Push(s.Tap, s.Direction, s.Bytes);
            (decoder.Facts.HubProtocol, decoder.HubMessagesReceived, decoder.HubMessagesSent).Should().Be((protocol, 3, 1));
        }
    }

    [Fact]
    public void A_refused_handshake_is_told_and_no_protocol_is_chosen()
    {
        var events = new RecordedEvents();
        var decoder = new ConnectionDecoder(Perspective.Server, DecodingDepth.Lifecycle, events);
        foreach (var s in (Segment[])[.. upgrade, Client("""{"protocol":"x","version":1}""" + End), Server("""{"error":"The protocol 'x' is not supported."}""" + End)])
            decoder.Push(s.Tap, s.Direction, s.Bytes);
        events.Of<HandshakeResponse>().Single().Error.Should().Be("The protocol 'x' is not supported.");
        decoder.Facts.HubProtocol.Should().BeNull();
    }

    [Theory]
    [InlineData("JSON", "json")]
    [InlineData("MessagePack", "messagepack")]
    [InlineData("BlazorPack", "messagepack")]
    public void A_protocol_is_found_without_case_as_the_server_finds_it(string asked, string encoding)
    {
        var written = Golden(encoding);
        var events = new RecordedEvents();
        var lifecycle = new ConnectionDecoder(Perspective.Server, DecodingDepth.Lifecycle, events);
        var segments = (Segment[])[.. Opened(asked), ServerFrame(0x82, written)];
        foreach (var s in segments) lifecycle.Push(s.Tap, s.Direction, s.Bytes);
        var full = Decode(segments);

        full.Faults.Should().BeEmpty();
        full.Of<HandshakeRequest>().Single().Protocol.Should().Be(asked, "an event says what was on the wire");
        full.Of<HubMessage>().Should().HaveCount(11).And.OnlyContain(message => message.Encoding == encoding);
        lifecycle.HubMessagesSent.Should().Be(11);
    }

    [Fact]
    public void A_protocol_that_is_not_known_leaves_a_gap()
    {
        var events = Decode([.. Opened("other"), Client("abc"), Client("def")]);
        events.Of<Gap>().Should().ContainSingle().Which.Reason.Should().Contain("other");
    }

    [Fact]
    public void Resumed_in_the_middle_messages_are_read_by_what_the_facts_say()
    {
        var events = new RecordedEvents();
        var decoder = ConnectionDecoder.Resume(
            Perspective.Server, DecodingDepth.Full, events, new ConnectionFacts { Upgraded = true, HubProtocol = "json" }, 1000, 2000);
        decoder.Push(TapPoint.Plain, Direction.Sent, Server("""{"type":6}""" + End).Bytes);
        decoder.Push(TapPoint.Plain, Direction.Received, Client("""{"type":6}""" + End).Bytes);
        events.All.Where(e => e.Detail is PingMessage).Select(e => e.Source).Should().Equal(new ByteRange(2002, 2013), new ByteRange(1006, 1017));
        decoder.IsBetweenMessages(Direction.Received).Should().BeTrue();
        decoder.Push(TapPoint.Plain, Direction.Received, Client("{").Bytes);
        decoder.IsBetweenMessages(Direction.Received).Should().BeFalse();
    }

    public static TheoryData<string> Protocols => ["json", "messagepack"];

    [Theory]
    [MemberData(nameof(Protocols))]
    public void What_the_framework_writes_is_read(string protocol)
    {
        var written = Golden(protocol);
        var events = Decode([.. Opened(protocol), ClientFrame(0x82, written), ServerFrame(0x82, written)], ending: StreamEnding.Finished);
        events.Faults.Should().BeEmpty();
        var expected = new (string, string)[]
        {
            ("invocation", "Send(1,\"two\",[3]) #1"), ("streamItem", "item of 2: {\"a\":1.5}"), ("completion", "of 3: \"done\""), ("completion", "of 4 failed: no"),
            ("completion", "of 5, no result"), ("streamInvocation", "Count(5) #6"), ("cancelInvocation", "of 6"), ("ping", "keep-alive"),
            ("close", "error: bye, reconnect allowed"), ("ack", "up to 7"), ("sequence", "from 8"),
        };
        events.All.Where(e => e.Detail is HubMessage && e.Direction == Direction.Received).Select(e => (e.Detail.Kind, e.Detail.Summary.Replace(", ", ",")))
            .Should().Equal(expected.Select(e => (e.Item1, e.Item2.Replace(", ", ","))));
        events.Of<HubMessage>().First().Headers.Should().BeEquivalentTo(new Dictionary<string, string> { ["trace"] = "on" });
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public void Events_do_not_depend_on_cuts(string protocol) => ShouldNotDependOnCuts(Conversation(protocol));

    [Theory]
    [MemberData(nameof(Protocols))]
    public void Mutated_bytes_never_throw_and_lifecycle_agrees_with_full(string protocol) => ShouldSurviveMutation(Conversation(protocol), from: 2);

    private static Segment[] Conversation(string protocol)
    {
        var written = Golden(protocol);
        return [.. Opened(protocol), ClientFrame(0x02, written.AsSpan(0, 50)), ClientFrame(0x80, written.AsSpan(50)), ServerFrame(0x82, written)];
    }

    private static byte[] Golden(string protocol)
    {
        Framework.IHubProtocol hub = protocol == "json" ? new Framework.JsonHubProtocol() : new Framework.MessagePackHubProtocol();
        var writer = new ArrayBufferWriter<byte>();
        foreach (var message in (Framework.HubMessage[])
        [
            new Framework.InvocationMessage("1", "Send", [1, "two", new[] { 3 }]) { Headers = new Dictionary<string, string> { ["trace"] = "on" } },
            new Framework.StreamItemMessage("2", new Dictionary<string, double> { ["a"] = 1.5 }),
            Framework.CompletionMessage.WithResult("3", "done"),
            Framework.CompletionMessage.WithError("4", "no"),
            Framework.CompletionMessage.Empty("5"),
            new Framework.StreamInvocationMessage("6", "Count", [5]),
            new Framework.CancelInvocationMessage("6"),
            Framework.PingMessage.Instance,
            new Framework.CloseMessage("bye", allowReconnect: true),
            new Framework.AckMessage(7),
            new Framework.SequenceMessage(8),
        ])
        {
            hub.WriteMessage(message, writer);
        }

        return writer.WrittenSpan.ToArray();
    }
}
