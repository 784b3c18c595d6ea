using System.Text;
using CsCheck;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.WebSockets;

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
        decoder.Facts.Should().Be(new ConnectionFacts { Path = "/chat", Upgraded = true, RequestedHubProtocol = "json", HubProtocol = "json" });
        decoder.FramesReceived.Should().Be(1);
        decoder.FramesSent.Should().Be(1);
        events.All.Select(e => e.Detail.Kind).Should().Equal("request", "upgraded", "handshakeRequest", "handshakeResponse");
        decoder.IsBetweenMessages(Direction.Received).Should().BeTrue();
    }

    /// <summary>Also with several hub messages of MessagePack, one that goes on behind its frame, and a length that can't be.</summary>
    private static readonly Gen<byte[]> anyFrame =
        from first in Gen.Frequency((8, Gen.Const((byte)0x81)), (3, Gen.Const((byte)0x82)), (2, Gen.OneOf(Gen.Const((byte)0x01), Gen.Const((byte)0x80), Gen.Const((byte)0x00), Gen.Const((byte)0x89), Gen.Const((byte)0xC1), Gen.Const((byte)0x91))), (1, Gen.Byte))
        from payload in Gen.OneOf(Gen.Const((byte[])[2, 0x91, 6, 2, 0x91, 6]), Gen.Const((byte[])[5, 0x91, 6]), Gen.Const((byte[])[0x80, 0x80, 0x80, 0x80, 0x80, 0x01]), Gen.Byte.Array[0, 125], Gen.Byte.Array[126, 400], Gen.Const("{\"type\":6}\u001e"u8.ToArray()), Gen.Const("{}\u001e{}\u001e"u8.ToArray()))
        from wide in Gen.Int[0, 9]
        select (byte[])(wide == 0 ? [first, 127, 0, 0, 0, 0, 0, 0, (byte)(payload.Length >> 8), (byte)payload.Length, .. payload]
            : wide == 1 || payload.Length > 125 ? [first, 126, (byte)(payload.Length >> 8), (byte)payload.Length, .. payload]
            : [first, (byte)payload.Length, .. payload]);

    [Theory]
    [InlineData(false, "json", false)]
    [InlineData(true, "json", false)]
    [InlineData(false, "messagepack", false)]
    [InlineData(false, "json", true)]
    [InlineData(true, "json", true)]
    [InlineData(false, "messagepack", true)]
    public void The_short_way_for_whole_messages_comes_to_the_same_as_the_long_one(bool compressed, string protocol, bool isKnownBefore) =>
        Gen.Select(anyFrame.Array[1, 12], Gen.Int[0, 12].Array[0, 6]).Sample(
            (frames, cuts) =>
            {
                var (shortWay, shortEvents) = Shaken(compressed, protocol);
                var (longWay, longEvents) = Shaken(compressed, protocol);
                // Frame by frame, but for some that come with the next, or torn.
                for (var i = 0; i < frames.Length; i++)
                {
                    byte[] chunk = cuts.Contains(i) && i + 1 < frames.Length ? [.. frames[i], .. frames[++i]] : frames[i];
                    var tear = cuts.Length > 3 && i == cuts[0] ? chunk.Length / 2 : 0;
                    foreach (var part in (byte[][])[chunk[..tear], chunk[tear..]])
                    {
                        longWay.Push(TapPoint.Plain, Direction.Sent, part);
                        if (!TakesShortWay(shortWay, part)) shortWay.Push(TapPoint.Plain, Direction.Sent, part);
                        shortWay.FramesSent.Should().Be(longWay.FramesSent);
                        shortWay.HubMessagesSent.Should().Be(longWay.HubMessagesSent);
                        shortWay.IsBetweenMessages(Direction.Sent).Should().Be(longWay.IsBetweenMessages(Direction.Sent));
                        shortWay.PhaseOf(Direction.Sent).Should().Be(longWay.PhaseOf(Direction.Sent));
                    }
                }

                shortEvents.Lines().Should().Equal(longEvents.Lines());

                bool TakesShortWay(ConnectionDecoder decoder, byte[] part) =>
                    isKnownBefore ? WholeMessage.Of(part) is { } whole && whole.Length == part.Length && decoder.TryTakeMessage(Direction.Sent, whole) : decoder.TryTakeMessage(Direction.Sent, part);
            },
            iter: 1_000);

    private static (ConnectionDecoder Decoder, RecordedEvents Events) Shaken(bool compressed, string protocol)
    {
        var events = new RecordedEvents();
        var decoder = new ConnectionDecoder(Perspective.Server, DecodingDepth.Lifecycle, events);
        decoder.Push(TapPoint.Plain, Direction.Received, Request);
        decoder.Push(TapPoint.Plain, Direction.Sent, compressed ? [.. Answer[..^2], .. "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n\r\n"u8] : Answer);
        byte[] handshake = [.. Encoding.UTF8.GetBytes($$"""{"protocol":"{{protocol}}","version":1}"""), 0x1E];
        decoder.Push(TapPoint.Plain, Direction.Received, [0x81, (byte)(0x80 + handshake.Length), 0, 0, 0, 0, .. handshake]);
        decoder.TryTakeMessage(Direction.Sent, [0x81, 3, .. "{}\x1e"u8]).Should().BeFalse("the handshake is looked at");
        decoder.Push(TapPoint.Plain, Direction.Sent, [0x81, 3, .. "{}\x1e"u8]);
        decoder.TryTakeMessage(Direction.Sent, [0x81, 3, .. "{}\x1e"u8]).Should().BeTrue();
        decoder.TryTakeMessage(Direction.Received, [0x81, 3, .. "{}\x1e"u8]).Should().BeFalse("a client's frame is masked");
        return (decoder, events);
    }
}
