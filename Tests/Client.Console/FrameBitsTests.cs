using CsCheck;
using RealtimeHello.Client.Layers;
using RealtimeHello.Layers.WebSockets;

namespace RealtimeHello.Tests.Client;

public sealed class FrameBitsTests
{
    [Fact]
    public void The_masked_hello_of_RFC_6455_is_shown_bit_by_bit()
    {
        // RFC 6455 5.7: a single-frame masked text message, "Hello".
        Lines([0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]).Should().Equal(
            "81           1... ....  FIN 1: the last frame of its message",
            "             .000 ....  RSV1-3 0: no extension",
            "             .... 0001  opcode 1: text",
            "85           1... ....  MASK 1: masked, as all frames from a client",
            "             .000 0101  length 5",
            "37 fa 21 3d             masking key",
            "7f 9f 4d 51 58          payload, masked",
            "48 65 6c 6c 6f          payload, unmasked",
            "                        as UTF-8: Hello");
    }

    [Theory]
    [InlineData(126, new byte[] { 0x82, 0x7e, 0x00, 0x7e }, "length 126: the next 2 bytes say it")]
    [InlineData(65536, new byte[] { 0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0 }, "length 127: the next 8 bytes say it")]
    public void Long_payloads_say_their_length_and_are_cut(int length, byte[] header, string said)
    {
        var lines = Lines([.. header, .. new byte[length]]);

        lines.Should().Contain(line => line.EndsWith(said)).And.Contain(line => line.Contains($"extended payload length: {length:N0} bytes"));
        lines[^1].Should().EndWith($"... and {length - FrameBits.ShownPayload:N0} bytes more");
    }

    [Fact]
    public void A_close_says_its_code_and_reason() =>
        Lines([0x88, 0x05, 0x03, 0xe9, (byte)'b', (byte)'y', (byte)'e'])[^1].Should().EndWith("close code 1001, going away; reason: bye");

    [Fact]
    public void Any_bytes_are_shown_without_failing() => Gen.Byte.Array[2, 40].Sample(bytes =>
    {
        if (WebSocketFrameHeader.TryRead(bytes, out var header) != System.Buffers.OperationStatus.Done) return;
        for (var known = 0; known <= bytes.Length; known++) FrameBits.Lines(header, bytes.AsMemory(0, known)).ToList().Should().NotBeEmpty();
    });

    private static List<string> Lines(byte[] frame)
    {
        WebSocketFrameHeader.TryRead(frame, out var header).Should().Be(System.Buffers.OperationStatus.Done);
        return [.. FrameBits.Lines(header, frame)];
    }
}
