using System.Buffers;
using System.IO.Pipelines;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Recording.Exports;
using RealtimeHello.Recording.Taps;

namespace RealtimeHello.Tests.Recording;

/// <summary>A transport whose bytes are shown: to whatever writes to it, and to whatever reads from it, it is as if nobody looked.</summary>
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_written_is_told_in_whatever_pieces_it_is_handed_over(bool isPipe)
    {
        var wire = new Pipe();
        var sent = new MemoryStream();
        var tap = new Heard();
        // One that is no pipe's may give other memory whenever it is asked.
        var output = new TappedDuplexPipe(new Duplex(new Pipe().Reader, isPipe ? wire.Writer : PipeWriter.Create(sent, new StreamPipeWriterOptions(minimumBufferSize: 16))), tap).Output;

        "ab"u8.CopyTo(output.GetSpan(2));
        output.Advance(2);
        var memory = output.GetMemory(4);
        "cd"u8.CopyTo(memory.Span);
        output.Advance(1);
        output.Advance(1);
        output.Advance(0);
        new byte[5000].CopyTo(output.GetMemory(5000));
        output.Advance(5000);
        await output.FlushAsync(TestContext.Current.CancellationToken);
        await output.WriteAsync("ef"u8.ToArray(), TestContext.Current.CancellationToken);
        output.GetSpan(3);
        "gh"u8.CopyTo(output.GetSpan(1));
        output.Advance(2);
        await output.CompleteAsync();

        byte[] expected = [.. "abcd"u8, .. new byte[5000], .. "efgh"u8];
        tap.Bytes.Should().Equal(expected);
        if (isPipe) await wire.Reader.CopyToAsync(sent, TestContext.Current.CancellationToken);
        sent.ToArray().Should().Equal(expected);
    }

    [Fact]
    public async Task What_is_written_is_told_when_it_is_handed_over_and_before_anybody_can_have_read_it()
    {
        var wire = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        var tap = new Heard();
        var output = new TappedDuplexPipe(new Duplex(new Pipe().Reader, wire.Writer), tap).Output;
        var read = HeardBehindRead();

        "abc"u8.CopyTo(output.GetSpan(3));
        output.Advance(3);
        tap.Bytes.Should().BeEmpty("nobody was handed anything yet");
        await output.FlushAsync(TestContext.Current.CancellationToken);
        (await read).Should().Be(3);
        await output.FlushAsync(TestContext.Current.CancellationToken);
        tap.Bytes.Should().Equal("abc"u8.ToArray(), "it is told once");

        async Task<int> HeardBehindRead()
        {
            await wire.Reader.ReadAsync(TestContext.Current.CancellationToken).ConfigureAwait(false);
            return tap.Bytes.Count;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_waits_for_a_slow_reader_is_told_until_it_has_read(bool isPipe)
    {
        var wire = new Pipe(new PipeOptions(pauseWriterThreshold: 10, resumeWriterThreshold: 5));
        var tap = new Heard();
        var output = new TappedDuplexPipe(new Duplex(new Pipe().Reader, isPipe ? wire.Writer : new Reluctant(wire.Writer)), tap).Output;

        await output.WriteAsync(new byte[4], TestContext.Current.CancellationToken);
        tap.Backlogs.Should().BeEmpty("it went at once");
        output.GetSpan(3);
        output.Advance(3);
        var first = output.WriteAsync(new byte[20], TestContext.Current.CancellationToken);
        first.IsCompleted.Should().BeFalse();
        tap.Backlogs.Should().Equal(23);
        wire.Reader.AdvanceTo((await wire.Reader.ReadAsync(TestContext.Current.CancellationToken)).Buffer.End);
        await first;
        tap.Backlogs.Should().Equal(23, 0);

        await output.WriteAsync(new byte[2], TestContext.Current.CancellationToken);
        var second = output.WriteAsync(new byte[30], TestContext.Current.CancellationToken);
        tap.Backlogs.Should().Equal(23, 0, 30);
        wire.Reader.AdvanceTo((await wire.Reader.ReadAsync(TestContext.Current.CancellationToken)).Buffer.End);
        await second;
        tap.Backlogs.Should().Equal(23, 0, 30, 0);
    }

    [Fact]
    public async Task What_a_pipe_refuses_is_refused_and_not_told()
    {
        var wire = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var tap = new Heard();
        var output = new TappedDuplexPipe(new Duplex(new Pipe().Reader, wire.Writer), tap).Output;
        var nothing = () => output.Advance(5);
        nothing.Should().Throw<ArgumentOutOfRangeException>("no memory was asked for");

        "abcde"u8.CopyTo(output.GetSpan(5));
        output.Advance(5);
        output.GetMemory(10);
        await output.FlushAsync(TestContext.Current.CancellationToken);
        wire.Reader.AdvanceTo((await wire.Reader.ReadAsync(TestContext.Current.CancellationToken)).Buffer.End);
        nothing.Should().Throw<ArgumentOutOfRangeException>("the memory was read and given back");

        var all = output.GetMemory().Length;
        output.Advance(all);
        var more = () => output.Advance(1);
        more.Should().Throw<ArgumentOutOfRangeException>("there was no more of it");

        output.GetMemory(10);
        await output.CompleteAsync();
        nothing.Should().NotThrow("a pipe takes it, and sends nothing");
        tap.Bytes.Should().HaveCount(5 + all);
    }

    [Fact]
    public async Task What_waited_for_a_flush_that_was_cancelled_is_over_with_the_next()
    {
        var wire = new Pipe(new PipeOptions(pauseWriterThreshold: 10, resumeWriterThreshold: 5));
        var tap = new Heard();
        var output = new TappedDuplexPipe(new Duplex(new Pipe().Reader, wire.Writer), tap).Output;
        var waiting = output.WriteAsync(new byte[20], TestContext.Current.CancellationToken);
        output.CancelPendingFlush();
        (await waiting).IsCanceled.Should().BeTrue();
        tap.Backlogs.Should().Equal(20);

        wire.Reader.AdvanceTo((await wire.Reader.ReadAsync(TestContext.Current.CancellationToken)).Buffer.End);
        await output.FlushAsync(TestContext.Current.CancellationToken);
        tap.Backlogs.Should().Equal(20, 0);
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

    private sealed class Heard : IByteTap
    {
        private readonly List<byte> bytes = [];

        public List<byte> Bytes => bytes;

        public List<long> Backlogs { get; } = [];

        void IByteTap.Bytes(Direction direction, ReadOnlySpan<byte> bytes)
        {
            if (direction == Direction.Sent) this.bytes.AddRange(bytes);
        }

        public void Ended(Direction direction, StreamEnding ending, string? reason)
        {
        }

        public void Backlog(long bytes) => Backlogs.Add(bytes);
    }

    /// <summary>A writer that is no pipe's own, and gives memory of its own.</summary>
    private sealed class Reluctant(PipeWriter inner) : PipeWriter
    {
        private byte[] memory = [];

        public override bool CanGetUnflushedBytes => true;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => memory = new byte[Math.Max(64, sizeHint)];

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override void Advance(int bytes) => inner.Write(memory.AsSpan(0, bytes));

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) => inner.WriteAsync(source, cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
