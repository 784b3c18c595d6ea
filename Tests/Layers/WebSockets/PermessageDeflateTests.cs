using System.IO.Compression;
using System.Text;
using CsCheck;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Tests.Layers.Decoding;
using static RealtimeHello.Tests.Layers.Decoding.Wire;

namespace RealtimeHello.Tests.Layers.WebSockets;

public sealed class PermessageDeflateTests
{
    private static readonly Segment[] upgrade = Upgrade("/hello", "permessage-deflate");

    // RFC 7692 7.2.3.1, "Hello" in one fixed block.
    private static readonly byte[] hello = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00];

    private static IEnumerable<string?> Texts(params Segment[] segments) => Decode(segments).Of<WebSocketMessage>().Select(m => m.Text);

    [Fact]
    public void The_examples_of_the_specification_are_read()
    {
        Texts([.. upgrade, ServerFrame(0xC1, hello)]).Should().Equal("Hello");
        Texts([.. upgrade, ServerFrame(0x41, hello.AsSpan(0, 3)), ServerFrame(0x80, hello.AsSpan(3))]).Should().Equal("Hello");                  // 7.2.3.1, fragmented
        Texts([.. upgrade, ServerFrame(0xC1, hello), ServerFrame(0xC1, [0xF2, 0x00, 0x11, 0x00, 0x00])]).Should().Equal("Hello", "Hello"); // 7.2.3.2
        Texts([.. upgrade, ServerFrame(0xC1, [0x00, 0x05, 0x00, 0xFA, 0xFF, .. "Hello"u8, 0x00])]).Should().Equal("Hello");           // 7.2.3.3, stored
        Texts([.. upgrade, ServerFrame(0xC1, [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00])]).Should().Equal("Hello");             // 7.2.3.4, BFINAL
        Texts([.. upgrade, ServerFrame(0xC1, [0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00])]).Should().Equal("Hello"); // 7.2.3.5, two blocks
    }

    [Fact]
    public void A_message_tells_both_its_lengths()
    {
        var message = Decode([.. upgrade, ServerFrame(0xC1, hello)]).Of<WebSocketMessage>().Single();
        message.Should().Be(new WebSocketMessage(WebSocketOpcode.Text, 1, 5, 7, "Hello", null));
    }

    [Fact]
    public void Without_context_takeover_a_message_can_not_refer_to_the_one_before()
    {
        var events = Decode([.. Upgrade("/hello", "permessage-deflate; server_no_context_takeover"), ServerFrame(0xC1, hello), ServerFrame(0xC1, [0xF2, 0x00, 0x11, 0x00, 0x00])]);
        events.Faults.Single().Rule.Should().Be("RFC 7692 7.2.2");
    }

    [Fact]
    public void A_bomb_is_a_fault_and_the_frames_go_on()
    {
        var bomb = Deflate(new byte[200_000]);
        var events = Decode([.. upgrade, ClientFrame(0xC2, bomb), ClientFrame(0x89, [])], limits: new DecoderLimits { InflatedMessageBytes = 100_000 });
        events.Faults.Single().Reason.Should().Contain("100000");
        events.Of<WebSocketPing>().Should().ContainSingle();
    }

    [Fact]
    public void After_eviction_compressed_messages_are_said_to_be_unreadable_and_plain_ones_are_read()
    {
        var events = new RecordedEvents();
        var facts = new ConnectionFacts { Upgraded = true, Extensions = "permessage-deflate", IsNotSignalR = true };
        var decoder = ConnectionDecoder.Resume(Perspective.Server, DecodingDepth.Full, events, facts, 1000, 2000);
        foreach (var frame in (Segment[])[ServerFrame(0xC1, hello), ServerFrame(0xC1, hello), ServerFrame(0x81, "plain"u8)])
            decoder.Push(TapPoint.Plain, frame.Direction, frame.Bytes);
        events.All.Select(e => e.Detail.Kind).Should().Equal("frame", "gap", "frame", "frame", "message");
        events.All[0].Source.Should().Be(new ByteRange(2000, 2009));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_dotnet_compresses_is_read(bool forgets)
    {
        var text = string.Join(' ', Enumerable.Range(0, 3000).Select(i => $"word{i % 97}"));
        using var stream = new MemoryStream();
        using var socket = System.Net.WebSockets.WebSocket.CreateFromStream(stream, new System.Net.WebSockets.WebSocketCreationOptions
        {
            IsServer = true,
            DangerousDeflateOptions = new System.Net.WebSockets.WebSocketDeflateOptions { ServerContextTakeover = !forgets },
        });
        for (var i = 0; i < 3; i++)
            await socket.SendAsync(Encoding.UTF8.GetBytes($"{i} {text}"), System.Net.WebSockets.WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        var messages = Decode([.. Upgrade("/hello", forgets ? "permessage-deflate; server_no_context_takeover" : "permessage-deflate"), Sent(stream.ToArray())]);
        messages.Faults.Should().BeEmpty();
        messages.Of<WebSocketMessage>().Select(m => (m.Length, m.Text![..8])).Should().Equal((text.Length + 2, "0 word0 "), (text.Length + 2, "1 word0 "), (text.Length + 2, "2 word0 "));
    }

    [Fact]
    public void Whatever_is_compressed_comes_out_again()
    {
        Gen.Select(Gen.Byte[0, 7], Gen.Bool, Gen.Int[0, 40_000]).Sample(
            (salt, random, length) =>
            {
                var bytes = new byte[length];
                for (var i = 0; i < length; i++) bytes[i] = (byte)(random ? (i * 7919 * (salt + 3)) >> 5 : (i * i / (salt + 40)) % 11);
                var message = Decode([.. upgrade, ClientFrame(0xC2, Deflate(bytes))], limits: new DecoderLimits { ShownBytes = 50_000 }).Of<WebSocketMessage>().Single();
                return message.Hex == Convert.ToHexStringLower(bytes);
            },
            iter: 150, threads: 1);
    }

    private static Segment[] Conversation() =>
    [
        .. upgrade, ServerFrame(0xC1, hello), ServerFrame(0x41, [0xF2, 0x00]), ServerFrame(0x80, [0x11, 0x00, 0x00]),
        ClientFrame(0xC1, Deflate(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("Grüße ", 60))))), ClientFrame(0x81, "plain"u8),
    ];

    [Fact]
    public void Events_do_not_depend_on_cuts() => ShouldNotDependOnCuts(Conversation());

    [Fact]
    public void Mutated_bytes_never_throw_and_lifecycle_agrees_with_full() => ShouldSurviveMutation(Conversation(), from: 2);

    private static byte[] Deflate(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var deflate = new DeflateStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(bytes);
            deflate.Flush();
            // A flush ends with an empty stored block, whose last four bytes are left out on the wire; of nothing, zlib writes nothing.
            return bytes.Length == 0 ? [0] : compressed.ToArray()[..^4];
        }
    }
}
