using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Tests.Layers.Decoding;

public sealed class ConnectionDecoderTests
{
    private static ReadOnlySpan<byte> Request =>
        "GET /chat?x=1 HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"u8;

    private static ReadOnlySpan<byte> Answer =>
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"u8;

    [Fact]
    public void An_upgrade_and_a_handshake_become_facts()
    {
        var events = new RecordedEvents();
        var decoder = new ConnectionDecoder(Perspective.Server, DecodingDepth.Lifecycle, events);
        decoder.Push(TapPoint.Plain, Direction.Received, Request);
        decoder.PhaseOf(Direction.Received).Should().Be(PlainPhase.Undecided);
        decoder.Push(TapPoint.Plain, Direction.Sent, Answer);
        decoder.PhaseOf(Direction.Received).Should().Be(PlainPhase.WebSocket);
        decoder.Push(TapPoint.Plain, Direction.Received, [0x81, 0x80 + 32, 0, 0, 0, 0, .. "{\"protocol\":\"json\",\"version\":1}\x1e"u8]);
        decoder.Push(TapPoint.Plain, Direction.Sent, [0x81, 3, .. "{}\x1e"u8]);
        decoder.Facts.Should().Be(new ConnectionFacts { Path = "/chat", Upgraded = true, HubProtocol = "json" });
        decoder.FramesReceived.Should().Be(1);
        decoder.FramesSent.Should().Be(1);
        events.All.Select(e => e.Detail.Kind).Should().Equal("request", "upgraded", "handshakeRequest", "handshakeResponse");
        decoder.IsBetweenMessages(Direction.Received).Should().BeTrue();
    }
}
