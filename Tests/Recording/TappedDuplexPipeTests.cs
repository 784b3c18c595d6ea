using System.IO.Pipelines;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Recording.Exports;
using RealtimeHello.Recording.Taps;

namespace RealtimeHello.Tests.Recording;

/// <summary>A connection under TLS, whose last bytes and end the pipe tells of at once.</summary>
public sealed class TappedDuplexPipeTests
{
    private static readonly byte[] closeFrame = [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE9];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_end_of_the_wire_comes_behind_what_was_decrypted_of_the_bytes_before_it(bool isReadToTheEnd)
    {
        var conversation = new RecordedConversation();
        var wire = new Pipe();
        var tapped = new TappedDuplexPipe(new Duplex(wire.Reader, new Pipe().Writer), RecorderTap.OfSocket(conversation.Recorder));
        await Arrive(wire, tapped, [0x16, 3, 1, 0, 1, 0], isLast: false);
        conversation.Upgrade();

        await Arrive(wire, tapped, [0x17, 3, 3, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8], isLast: true);
        conversation.Received(closeFrame);
        if (isReadToTheEnd) (await tapped.Input.ReadAsync(TestContext.Current.CancellationToken)).Buffer.IsEmpty.Should().BeTrue();
        tapped.Finish();
        conversation.Recorder.Close();

        var close = conversation.Recorder.Record.Close!;
        (close.By, close.Layer, close.Code, close.Cause).Should().Be((ClosedBy.Client, Layer.WebSocket, 1001, CloseCauses.ClientClosed), close.Sentence);
        conversation.Events().Select(happened => happened.Detail).Where(detail => detail is WebSocketClose or TcpHalfClosed).Select(detail => detail.GetType())
            .Should().Equal(typeof(WebSocketClose), typeof(TcpHalfClosed));
        (await LastPacketsOf(conversation)).Should().Equal((closeFrame.Length, false), (0, true));
    }

    [Fact]
    public async Task Without_TLS_the_end_is_told_with_the_last_bytes()
    {
        var conversation = new RecordedConversation();
        var wire = new Pipe();
        var tapped = new TappedDuplexPipe(new Duplex(wire.Reader, new Pipe().Writer), RecorderTap.OfSocket(conversation.Recorder));

        await Arrive(wire, tapped, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(), isLast: true);

        conversation.Events().Should().ContainSingle(happened => happened.Detail is TcpHalfClosed);
    }

    private static async Task Arrive(Pipe wire, TappedDuplexPipe tapped, byte[] bytes, bool isLast)
    {
        await wire.Writer.WriteAsync(bytes, TestContext.Current.CancellationToken);
        if (isLast) await wire.Writer.CompleteAsync();
        var read = await tapped.Input.ReadAsync(TestContext.Current.CancellationToken);
        read.IsCompleted.Should().Be(isLast);
        tapped.Input.AdvanceTo(read.Buffer.End);
    }

    /// <summary>Of the last two packets of its pcapng: how much they carry, and whether they end the direction.</summary>
    private static async Task<IEnumerable<(int Payload, bool Fin)>> LastPacketsOf(RecordedConversation conversation)
    {
        using var file = new MemoryStream();
        await PcapngExport.Write(file, [conversation.Recorder.Record], TestContext.Current.CancellationToken);
        var bytes = file.ToArray();
        var packets = new List<(int, bool)>();
        for (var at = 0; at < bytes.Length; at += BitConverter.ToInt32(bytes, at + 4))
        {
            // An Enhanced Packet Block: IPv4 without options, and TCP behind it.
            if (BitConverter.ToInt32(bytes, at) != 6) continue;
            var ip = bytes.AsSpan(at + 28, BitConverter.ToInt32(bytes, at + 20));
            var tcp = ip[20..];
            packets.Add((tcp.Length - ((tcp[12] >> 4) * 4), (tcp[13] & 1) != 0));
        }

        return packets.TakeLast(2);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
