using CsCheck;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Tests.Layers.Decoding;
using static RealtimeHello.Tests.Layers.Decoding.Wire;

namespace RealtimeHello.Tests.Layers.SignalR;

public sealed class HubMessageCounterTests
{
    private const string Call = """{"type":1,"target":"Post","arguments":["hello"]}""" + "\u001e";
    private const string Ping = """{"type":6}""" + "\u001e";

    [Fact]
    public void Json_messages_are_counted_wherever_frames_begin_and_end()
    {
        Segment[] segments =
        [
            .. Upgrade(),
            // The handshake and a call in one frame; then two pings in one; then a call over two.
            ClientFrame(0x81, [.. "{\"protocol\":\"json\",\"version\":1}\u001e"u8, .. Bytes(Call)]),
            ServerFrame(0x81, [.. "{}\u001e"u8, .. Bytes(Ping)]),
            ClientFrame(0x81, Bytes(Ping + Ping)),
            ClientFrame(0x01, Bytes(Call).AsSpan(0, 20)),
            ClientFrame(0x80, Bytes(Call).AsSpan(20)),
            ServerFrame(0x81, Bytes(Ping)),
        ];

        ShouldCount(segments, received: 4, sent: 2);
    }

    [Fact]
    public void MessagePack_messages_are_counted_by_their_lengths()
    {
        // A call of 130 bytes, whose length takes two bytes: 82 01.
        byte[] call = [0x82, 0x01, 0x96, 0x01, 0x80, 0xC0, 0xA1, (byte)'m', 0x91, 0xD9, 0x78, .. new byte[120], 0x90];
        byte[] ping = [0x02, 0x91, 0x06];
        call.Length.Should().Be(2 + 130);
        Segment[] segments =
        [
            .. Upgrade(),
            ClientFrame(0x81, "{\"protocol\":\"messagepack\",\"version\":1}\u001e"u8),
            ServerFrame(0x81, "{}\u001e"u8),
            ClientFrame(0x82, [.. ping, .. call, .. ping]),
            ServerFrame(0x02, call.AsSpan(0, 1)),
            ServerFrame(0x80, call.AsSpan(1)),
        ];

        ShouldCount(segments, received: 3, sent: 1);
    }

    [Fact]
    public void Another_protocol_has_none()
    {
        Segment[] segments = [.. Upgrade(), ClientFrame(0x81, "hello\u001e"u8), ServerFrame(0x81, "hello\u001e"u8), ClientFrame(0x81, "\u001e\u001e"u8)];

        ShouldCount(segments, received: 0, sent: 0);
    }

    private static void ShouldCount(Segment[] segments, long received, long sent)
    {
        var full = Decode(segments);
        full.All.Count(e => e is { Detail: HubMessage, Direction: Direction.Received }).Should().Be((int)received);
        full.All.Count(e => e is { Detail: HubMessage, Direction: Direction.Sent }).Should().Be((int)sent);
        Count(segments).Should().Be((received, sent));
        Gen.Int[1, 64].Array[segments.Length, segments.Length].Sample(
            sizes => Count([.. segments.SelectMany((s, i) => s.Bytes.Chunk(sizes[i]).Select(c => s with { Bytes = c }))]) == (received, sent), threads: 1);
    }

    private static (long Received, long Sent) Count(Segment[] segments)
    {
        var decoder = new ConnectionDecoder(Perspective.Server, DecodingDepth.Lifecycle, new RecordedEvents());
        foreach (var segment in segments) decoder.Push(segment.Tap, segment.Direction, segment.Bytes);
        return (decoder.HubMessagesReceived, decoder.HubMessagesSent);
    }

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
