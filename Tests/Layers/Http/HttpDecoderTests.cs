using System.Text;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Tests.Layers.Decoding;
using static RealtimeHello.Tests.Layers.Decoding.Wire;

namespace RealtimeHello.Tests.Layers.Http;

public sealed class HttpDecoderTests
{
    private static readonly Segment[] keptAlive =
    [
        Received("GET /a HTTP/1.1\r\nHost: x\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcHEAD /c HTTP/1.1\r\n\r\n"),
        Received("PUT /d HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nTrailer: t\r\n\r\nGET /e HTTP/1.0\n\n"),
        Sent("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"),
        Sent("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\nHTTP/1.1 200\r\n\r\nuntil the end HTTP/1.1 200 OK\r\n\r\n"),
    ];

    [Fact]
    public void Requests_and_answers_on_one_connection_are_told_apart()
    {
        var events = Decode(keptAlive, ending: StreamEnding.Finished);
        events.Faults.Should().BeEmpty();
        events.Of<HttpRequest>().Select(r => $"{r.Method} {r.Target}").Should().Equal("GET /a", "POST /b", "HEAD /c", "PUT /d", "GET /e");
        events.Of<HttpResponse>().Select(r => r.Status).Should().Equal(200, 100, 204, 200, 304, 200);
    }

    [Fact]
    public void An_upgrade_tells_what_was_agreed_on()
    {
        var segments = Upgrade("/chat?access_token=x", "permessage-deflate");
        var events = Decode(segments);
        var request = events.Of<HttpRequest>().Single();
        request.AsksForWebSocket.Should().BeTrue();
        request.Path.Should().Be("/chat");
        events.Of<HttpUpgraded>().Single().Extensions.Should().Be("permessage-deflate");
        events.All.Select(e => e.Source).Should().Equal(new ByteRange(0, segments[0].Bytes.Length), new ByteRange(0, segments[1].Bytes.Length));
    }

    [Theory]
    [InlineData("HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno!", "no!")]
    [InlineData("HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n1\r\n!\r\n0\r\n\r\n", "no!")]
    [InlineData("HTTP/1.1 403 Forbidden\r\n\r\nno!", "no!")]
    [InlineData("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", null)]
    [InlineData("HTTP/1.1 403 Forbidden\r\nContent-Length: 12\r\n\r\n0123456789ab", "0123456789")]
    public void A_refusal_tells_the_beginning_of_its_body(string answer, string? body)
    {
        var events = Decode([Upgrade()[0], Sent(answer)], limits: new DecoderLimits { RefusalBodyBytes = 10 }, ending: StreamEnding.Finished);
        events.Of<HttpRefused>().Single().Should().Match<HttpRefused>(r => r.Status == 403 && r.Body == body);
        events.Of<HttpResponse>().Should().BeEmpty();
        events.Faults.Should().BeEmpty();
    }

    [Fact]
    public void Bytes_before_the_answer_are_decoded_when_it_is_known()
    {
        var upgrade = Upgrade();
        var frame = ClientFrame(0x81, "early"u8);
        var accepted = Decode([upgrade[0], frame, upgrade[1]]);
        accepted.Of<WebSocketMessage>().Single().Text.Should().Be("early");
        accepted.All.Last(e => e.Direction == Direction.Received).Source.Start.Should().Be(upgrade[0].Bytes.Length);

        var refused = Decode([upgrade[0], Received("GET /next HTTP/1.1\r\n\r\n"), Sent("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")]);
        refused.Of<HttpRequest>().Last().Target.Should().Be("/next");
    }

    [Fact]
    public void An_answer_to_another_key_and_parameters_that_do_not_exist_are_faults_and_the_frames_are_read()
    {
        var upgrade = Upgrade("/hello", "permessage-deflate; window=9");
        var other = Encoding.Latin1.GetString(Upgrade("/hello")[1].Bytes).Replace("s3pPLMB", "AAAAAAA", StringComparison.Ordinal);
        Decode([.. upgrade, ServerFrame(0x89, [])]).All.Select(e => e.Detail.Kind).Should().Equal("request", "upgraded", "fault", "ping");
        Decode([upgrade[0], Sent(other), ServerFrame(0x89, [])]).All.Select(e => e.Detail.Kind).Should().Equal("request", "upgraded", "fault", "ping");
    }

    [Fact]
    public void Too_many_bytes_before_the_answer_are_a_fault()
    {
        var events = Decode([Upgrade()[0], Received(new byte[101])], limits: new DecoderLimits { UndecidedBytes = 100 });
        events.Faults.Single().Rule.Should().Be("RFC 6455 4.1");
    }

    [Theory]
    [InlineData("\u0016\u0003\u0001", "RFC 9112 3")]                                  // a TLS hello on a plain port
    [InlineData("hello\r\n", "RFC 9112 3")]
    [InlineData("GET /\r\n\r\n", "RFC 9112 3")]
    [InlineData("GET / HTTP/x\r\n", "RFC 9112 3")]
    [InlineData("GET / HTTP/1.1\r\nno colon\r\n", "RFC 9112 5.1")]
    [InlineData("GET / HTTP/1.1\r\nnocolon\r\n", "RFC 9112 5")]
    [InlineData("GET / HTTP/1.1\r\nA: b\r\n c\r\n", "RFC 9112 5.2")]
    [InlineData("GET / HTTP/1.1\r\nA: b\rc\r\n", "RFC 9112 2.2")]
    [InlineData("GET / HTTP/1.1\r\nA: b\0\r\n", "RFC 9110 5.5")]
    [InlineData("GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "RFC 9112 6.3")]
    [InlineData("GET / HTTP/1.1\r\nContent-Length: 1, 2\r\n\r\n", "RFC 9112 6.3")]
    [InlineData("GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "RFC 9112 6.3")]
    [InlineData("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "RFC 9112 7.1")]
    [InlineData("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n", "RFC 9112 7.1")]
    [InlineData("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab", "RFC 9112 7.1")]
    [InlineData("GET / HTTP/1.1\r\nHost", "RFC 9112 8")]
    [InlineData("GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc", "RFC 9112 8")]
    public void What_breaks_a_rule_is_one_fault_that_names_it(string request, string rule) =>
        Decode([Received(request)], ending: StreamEnding.Finished).Faults.Should().ContainSingle().Which.Rule.Should().Be(rule);

    [Fact]
    public void What_servers_take_though_it_breaks_a_rule_is_decoded_and_hides_nothing_behind_it()
    {
        var events = Decode([Received("GET /chat?a=\u0001\t\u001b\u007f HTTP/1.1\r\nX\"(A): b\r\n\r\nGET /next HTTP/1.1\r\n\r\n")]);
        events.Faults.Should().BeEmpty();
        events.All.Select(happened => happened.Detail).OfType<HttpRequest>().Select(request => request.Path).Should().Equal("/chat", "/next");
    }

    [Fact]
    public void Heads_and_pipelines_beyond_their_limits_are_faults()
    {
        Decode([Received($"GET / HTTP/1.1\r\nA: {new string('x', 70_000)}")]).Faults.Single().Reason.Should().Contain("65536");
        Decode([Received("GET / HTTP/1.1\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", 201)))]).Faults.Single().Reason.Should().Contain("200");
        Decode([Received(string.Concat(Enumerable.Repeat("GET / HTTP/1.1\r\n\r\n", 65)))]).Faults.Single().Reason.Should().Contain("64");
    }

    [Fact]
    public void Http2_and_other_protocols_leave_a_gap_that_says_so()
    {
        Decode([Received("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004")]).All.Single().Detail.Should().BeOfType<Gap>().Which.Reason.Should().Contain("HTTP/2");
        Decode([Received("GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"), Sent("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n\0\0")])
            .All.Select(e => e.Detail.Kind).Should().Equal("request", "response", "gap");
        Decode([Received("CONNECT a:1 HTTP/1.1\r\n\r\n"), Sent("HTTP/1.1 200 OK\r\n\r\n\0\0"), Received("\0\0")])
            .All.Select(e => e.Detail.Kind).Should().Equal("request", "response", "gap");
    }

    [Fact]
    public void Content_that_was_not_stored_is_skipped_as_if_it_had_been_there()
    {
        foreach (var segments in (Segment[][])[keptAlive, [Received("GET /a HTTP/1.1\r\n\r\n"), Sent("HTTP/1.1 200 OK\r\n\r\nuntil the end")]])
        {
            var events = new RecordedEvents();
            var decoder = new ConnectionDecoder(Perspective.Server, DecodingDepth.Full, events);
            var replay = new RecordedEvents();
            var late = new ConnectionDecoder(Perspective.Server, DecodingDepth.Full, replay);
            foreach (var segment in segments)
            {
                for (var left = segment.Bytes.AsSpan(); !left.IsEmpty;)
                {
                    var phase = decoder.PhaseOf(segment.Direction);
                    var count = decoder.Advance(TapPoint.Plain, segment.Direction, left);
                    if (phase == PlainPhase.Body) late.Skip(TapPoint.Plain, segment.Direction, count);
                    else late.Push(TapPoint.Plain, segment.Direction, left[..count]);
                    left = left[count..];
                }
            }

            replay.Lines().Should().Equal(events.Lines());
        }
    }

    [Fact]
    public void Bytes_that_are_missing_where_they_matter_leave_a_gap()
    {
        var events = new RecordedEvents();
        var decoder = new ConnectionDecoder(Perspective.Server, DecodingDepth.Full, events);
        foreach (var segment in Upgrade()) decoder.Push(segment.Tap, segment.Direction, segment.Bytes);
        decoder.Skip(TapPoint.Plain, Direction.Received, 10);
        events.All.Last().Detail.Should().Be(new Gap(Layer.WebSocket, 10, "they were not recorded"));
        decoder.PhaseOf(Direction.Received).Should().Be(PlainPhase.Opaque);
        decoder.PhaseOf(Direction.Sent).Should().Be(PlainPhase.WebSocket);
    }

    [Fact]
    public void Events_do_not_depend_on_cuts()
    {
        ShouldNotDependOnCuts(keptAlive);
        ShouldNotDependOnCuts([Upgrade()[0], Sent("HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n1\r\n!\r\n0\r\n\r\n"), Received("GET /next HTTP/1.1\r\n\r\n")]);
    }

    [Fact]
    public void Mutated_bytes_never_throw_and_lifecycle_agrees_with_full()
    {
        ShouldSurviveMutation(keptAlive, from: 0);
        ShouldSurviveMutation([.. Upgrade("/hello"), ClientFrame(0x81, "hello"u8), ServerFrame(0x81, "hello"u8)], from: 0);
    }
}
