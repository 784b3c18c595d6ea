using System.Text;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Tests.Layers.Decoding;
using static RealtimeHello.Tests.Layers.Decoding.Wire;

namespace RealtimeHello.Tests.Layers.WebSockets;

public sealed class WebSocketDecoderTests
{
    private static readonly Segment[] upgrade = Upgrade("/hello");

    private static long ReceivedStart => upgrade[0].Bytes.Length;

    private static long SentStart => upgrade[1].Bytes.Length;

    [Fact]
    public void A_masked_text_message_of_the_specification_is_read()
    {
        // RFC 6455 5.7: "Hello", masked with 37 fa 21 3d.
        var events = Decode([.. upgrade, Received(0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58)]);
        events.Of<WebSocketMessage>().Single().Should().Be(new WebSocketMessage(WebSocketOpcode.Text, 1, 5, null, "Hello", null));
        events.All.Last().Source.Should().Be(new ByteRange(ReceivedStart, ReceivedStart + 11));
        events.Faults.Should().BeEmpty();
    }

    [Fact]
    public void A_fragmented_message_with_a_ping_between_is_one_message()
    {
        // RFC 6455 5.7: "Hel", a ping, "lo", unmasked from the server.
        var events = Decode([.. upgrade, Sent(0x01, 0x03, 0x48, 0x65, 0x6C), Sent(0x89, 0x00), Sent(0x80, 0x02, 0x6C, 0x6F)]);
        events.All.Skip(2).Select(e => (e.Detail.Kind, e.Source)).Should().Equal(
            ("frame", new ByteRange(SentStart, SentStart + 5)),
            ("ping", new ByteRange(SentStart + 5, SentStart + 7)),
            ("frame", new ByteRange(SentStart + 7, SentStart + 11)),
            ("message", new ByteRange(SentStart, SentStart + 11)));
        var message = events.Of<WebSocketMessage>().Single();
        message.Should().Be(new WebSocketMessage(WebSocketOpcode.Text, 2, 5, null, "Hello", null));
        // A list tells it where it begins, in front of its last frame.
        message.Summary.Should().Be("text, 5 B from 2 frames, complete with the last: Hello");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65535)]
    [InlineData(65536)]
    public void Lengths_around_the_header_s_steps_are_read(int length)
    {
        var payload = new byte[length];
        Array.Fill(payload, (byte)'a');
        var events = Decode([.. upgrade, ClientFrame(0x82, payload), ServerFrame(0x81, payload)], ending: StreamEnding.Finished);
        events.Faults.Should().BeEmpty();
        events.Of<WebSocketMessage>().Select(m => m.Length).Should().Equal(length, length);
        events.Of<WebSocketFrame>().Select(f => f.Header.PayloadLength).Should().Equal((ulong)length, (ulong)length);
    }

    [Theory]
    [InlineData("C1 80 00000000", "RFC 6455 5.2", "RSV1")]                   // RSV1 without permessage-deflate
    [InlineData("A1 80 00000000", "RFC 6455 5.2", "reserved bit")]           // RSV2
    [InlineData("83 80 00000000", "RFC 6455 5.2", "Opcode 0x3")]             // undefined data opcode
    [InlineData("8B 80 00000000", "RFC 6455 5.2", "Opcode 0xB")]             // undefined control opcode
    [InlineData("09 80 00000000", "RFC 6455 5.5", "fragmented")]             // ping without FIN
    [InlineData("89 FE 007E 00000000", "RFC 6455 5.5", "126")]               // ping of 126 bytes
    [InlineData("82 FF 8000000000000000 00000000", "RFC 6455 5.2", "highest bit")]
    [InlineData("80 80 00000000", "RFC 6455 5.4", "continues no message")]
    [InlineData("01 80 00000000 81 80 00000000", "RFC 6455 5.4", "within another")]
    [InlineData("88 80 00000000 81 80 00000000", "RFC 6455 5.5.1", "follows a Close")]
    [InlineData("81 00", "RFC 6455 5.1", "not masked")]
    [InlineData("82 FE 0001 00000000 00", "RFC 6455 5.2", "more bytes than it needs")]
    [InlineData("88 81 00000000 03", "RFC 6455 5.5.1", "one byte")]
    [InlineData("88 82 00000000 03ED", "RFC 6455 7.4", "1005")]              // no status received never appears on the wire
    [InlineData("88 83 00000000 03E8 FF", "RFC 6455 8.1", "reason")]
    [InlineData("81 82 00000000 C3 28", "RFC 6455 8.1", "not UTF-8")]
    [InlineData("81 81 00000000 C3", "RFC 6455 8.1", "within a character")]
    [InlineData("81 83 00000000 EDA080", "RFC 6455 8.1", "not UTF-8")]       // a surrogate
    [InlineData("81 85 00000000 61", "RFC 6455 5.2", "ends within a frame")]
    [InlineData("01 81 00000000 61", "RFC 6455 5.4", "ends within a fragmented message")]
    public void What_breaks_a_rule_is_one_fault_that_names_it(string hex, string rule, string reason)
    {
        var events = Decode([.. upgrade, Received(Convert.FromHexString(hex.Replace(" ", "")))], ending: StreamEnding.Finished);
        events.Faults.Should().ContainSingle().Which.Should().Match<DecodeFault>(f => f.Rule == rule && f.Reason.Contains(reason));
    }

    [Fact]
    public void A_wrong_mask_is_told_once_and_decoding_goes_on()
    {
        var events = Decode([.. upgrade, Received(Frame(0x81, "one"u8, masked: false)), Received(Frame(0x81, "two"u8, masked: false))]);
        events.Faults.Should().ContainSingle();
        events.Of<WebSocketMessage>().Select(m => m.Text).Should().Equal("one", "two");
    }

    [Fact]
    public void A_close_tells_its_code_and_reason()
    {
        var events = Decode([.. upgrade, ServerFrame(0x88, [0x03, 0xE9, .. "bye"u8])]);
        events.Of<WebSocketClose>().Single().Should().Match<WebSocketClose>(c => c.Code == 1001 && c.Reason == "bye");
    }

    [Fact]
    public void A_shown_text_is_cut_between_characters()
    {
        var limits = new DecoderLimits { ShownCharacters = 3, ShownBytes = 2 };
        var events = Decode([.. upgrade, ClientFrame(0x81, "ab😀cd"u8), ClientFrame(0x82, [1, 2, 3])], limits: limits);
        events.Of<WebSocketMessage>().Select(m => m.Text ?? m.Hex).Should().Equal("ab…", "0102");
    }

    [Fact]
    public void A_frame_longer_than_any_stream_is_a_frame_that_does_not_end()
    {
        var events = Decode([.. upgrade, Received(0x82, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 1, 2, 3)]);
        events.Of<WebSocketFrame>().Single().Header.PayloadLength.Should().Be((ulong)long.MaxValue);
        events.Faults.Should().BeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_dotnet_frames_is_read(bool isServer)
    {
        using var stream = new MemoryStream();
        using var socket = System.Net.WebSockets.WebSocket.CreateFromStream(stream, new System.Net.WebSockets.WebSocketCreationOptions { IsServer = isServer });
        var lengths = new[] { 0, 1, 125, 126, 65535, 65536 };
        foreach (var length in lengths)
        {
            await socket.SendAsync(new byte[length], System.Net.WebSockets.WebSocketMessageType.Binary, false, TestContext.Current.CancellationToken);
            await socket.SendAsync(new byte[] { 7 }, System.Net.WebSockets.WebSocketMessageType.Binary, true, TestContext.Current.CancellationToken);
        }

        await socket.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, "done", TestContext.Current.CancellationToken);
        var events = Decode([.. upgrade, isServer ? Sent(stream.ToArray()) : Received(stream.ToArray())], ending: StreamEnding.Finished);
        events.Faults.Should().BeEmpty();
        events.Of<WebSocketMessage>().Select(m => (m.Frames, m.Length)).Should().Equal(lengths.Select(length => (2, length + 1L)));
        events.Of<WebSocketClose>().Single().Should().Match<WebSocketClose>(c => c.Code == 1000 && c.Reason == "done" && c.Header.Masked == !isServer);
    }

    private static Segment[] Conversation() =>
    [
        .. upgrade,
        ClientFrame(0x81, Encoding.UTF8.GetBytes("Grüße 😀 an alle")),
        ServerFrame(0x01, "Hel"u8), ServerFrame(0x89, "?"u8), ServerFrame(0x80, "lo"u8),
        ClientFrame(0x8A, "?"u8), ClientFrame(0x02, [1, 2, 3]), ClientFrame(0x00, []), ClientFrame(0x80, [4]),
        ServerFrame(0x82, new byte[300]),
        ClientFrame(0x88, [0x03, 0xE8, .. "done"u8]), ServerFrame(0x88, [0x03, 0xE8]),
    ];

    [Fact]
    public void Events_do_not_depend_on_cuts() => ShouldNotDependOnCuts(Conversation());

    [Fact]
    public void Mutated_bytes_never_throw_and_lifecycle_agrees_with_full() => ShouldSurviveMutation(Conversation(), from: 2);
}
