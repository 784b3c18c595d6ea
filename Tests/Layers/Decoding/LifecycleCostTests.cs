using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using static RealtimeHello.Tests.Layers.Decoding.Wire;

namespace RealtimeHello.Tests.Layers.Decoding;

/// <summary>Weighs memory, which nothing else may use meanwhile.</summary>
[CollectionDefinition(nameof(LifecycleCostTests), DisableParallelization = true)]
public sealed class LifecycleCostDefinition;

[Collection(nameof(LifecycleCostTests))]
public sealed class LifecycleCostTests
{
    private static readonly Segment[] opened =
    [
        .. Upgrade(), ClientFrame(0x81, "{\"protocol\":\"json\",\"version\":1}\u001e"u8), ServerFrame(0x81, "{}\u001e"u8),
    ];

    [Fact]
    public void Data_frames_allocate_nothing()
    {
        var decoder = Opened();
        byte[][] pieces = [Frame(0x81, new byte[300], masked: true), [.. Frame(0x01, new byte[20], masked: true), .. Frame(0x80, [], masked: true)], [0x82], [0x84, 1, 2, 3, 4, 0, 0, 0, 0]];
        Push(decoder, pieces, 10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Push(decoder, pieces, 10_000);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        allocated.Should().Be(0);
        decoder.FramesReceived.Should().Be(1 + (4 * 10_010));
        decoder.IsBetweenMessages(Direction.Received).Should().BeTrue();
    }

    [Fact]
    public void An_idle_connection_holds_less_than_600_bytes()
    {
        const int connections = 20_000;
        var decoders = new ConnectionDecoder[connections];
        Opened();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < connections; i++) decoders[i] = Opened();
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)connections;
        GC.KeepAlive(decoders);
        TestContext.Current.TestOutputHelper?.WriteLine($"{each:0} bytes");
        each.Should().BeLessThan(600);
    }

    [Theory]
    [InlineData(DecodingDepth.Lifecycle)]
    [InlineData(DecodingDepth.Full)]
    public void Endless_input_of_any_kind_is_held_up_to_the_limits(DecodingDepth depth)
    {
        var chunk = new byte[64 * 1024];
        Array.Fill(chunk, (byte)'a');
        foreach (var start in (Segment[][])
        [
            [Received("GET /")],                                                   // an endless target
            [Received("GET / HTTP/1.1\r\na: ")],                                   // an endless field
            [Received("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;")], // an endless chunk extension
            [Upgrade()[0]],                                                        // endless bytes before the answer
            [.. Upgrade(), Received(0x81, 0xFF, 0x7F, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)'{')],                // an endless handshake
            [.. opened, Received(0x81, 0xFF, 0x7F, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)'{')],                   // an endless hub message
        ])
        {
            var decoder = Decoder(depth, start);
            decoder.Push(TapPoint.Plain, Direction.Received, chunk);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 500; i++) decoder.Push(TapPoint.Plain, Direction.Received, chunk);
            (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(8 * 1024 * 1024, "32 MB went in");
        }
    }

    private static void Push(ConnectionDecoder decoder, byte[][] pieces, int times)
    {
        for (var i = 0; i < times; i++)
        {
            foreach (var piece in pieces) decoder.Push(TapPoint.Plain, Direction.Received, piece);
        }
    }

    private static ConnectionDecoder Opened() => Decoder(DecodingDepth.Lifecycle, opened);

    private static ConnectionDecoder Decoder(DecodingDepth depth, Segment[] segments)
    {
        var decoder = new ConnectionDecoder(Perspective.Server, depth, Nowhere.Instance);
        foreach (var segment in segments) decoder.Push(segment.Tap, segment.Direction, segment.Bytes);
        return decoder;
    }

    private sealed class Nowhere : IConnectionOutput
    {
        public static Nowhere Instance { get; } = new();

        public void Emit(LayerDetail detail, TapPoint tap, Direction direction, ByteRange source)
        {
            // What is told is of no interest here.
        }
    }
}
