using System.Net;
using System.Net.Sockets;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording.Taps;

namespace RealtimeHello.Tests.Recording;

public sealed class TappedStreamTests
{
    [Fact]
    public async Task Bytes_pass_unchanged_both_ways_and_are_reported_once_in_order()
    {
        var (near, far) = await Connect();
        var tap = new NotedTap();
        await using var stream = new TappedStream(new NetworkStream(near, ownsSocket: true), tap);
        using var other = new NetworkStream(far, ownsSocket: true);

        await stream.WriteAsync(new byte[] { 1, 2, 3 });
        stream.Write([4]);
        var atOther = new byte[4];
        await other.ReadExactlyAsync(atOther);
        await other.WriteAsync(new byte[] { 9, 8 });
        var answer = new byte[10];
        (await stream.ReadAsync(Memory<byte>.Empty)).Should().Be(0, "it only waits for bytes");
        var count = await stream.ReadAtLeastAsync(answer, 2);

        atOther.Should().Equal(1, 2, 3, 4);
        answer[..count].Should().Equal(9, 8);
        tap.Sent.Should().Equal(1, 2, 3, 4);
        tap.Received.Should().Equal(9, 8);
        tap.Endings.Should().BeEmpty();
    }

    [Fact]
    public async Task The_ends_of_both_directions_are_reported_once_and_then_that_it_is_disposed()
    {
        var (near, far) = await Connect();
        var tap = new NotedTap();
        var disposed = 0;
        var stream = new TappedStream(new NetworkStream(near, ownsSocket: true), tap, () => disposed++);
        far.Dispose();

        (await stream.ReadAsync(new byte[1])).Should().Be(0);
        (await stream.ReadAsync(new byte[1])).Should().Be(0);
        await stream.DisposeAsync();
        await stream.DisposeAsync();

        tap.Endings.Should().Equal((Direction.Received, StreamEnding.Finished), (Direction.Sent, StreamEnding.Finished));
        disposed.Should().Be(1);
    }

    [Fact]
    public async Task A_reset_is_reported_as_one_and_thrown_on()
    {
        var (near, far) = await Connect();
        var tap = new NotedTap();
        await using var stream = new TappedStream(new NetworkStream(near, ownsSocket: true), tap);
        far.LingerState = new LingerOption(true, 0);
        far.Dispose();

        var read = async () => await stream.ReadAsync(new byte[1]);

        await read.Should().ThrowAsync<IOException>();
        tap.Endings.Should().Equal((Direction.Received, StreamEnding.Reset));
    }

    [Fact]
    public async Task A_read_that_disposing_interrupts_is_no_end_of_the_peers_however_it_ends()
    {
        // A socket's read ends like this now and then: what wakes it is the kernel's own end of the connection.
        var tap = new NotedTap();
        var stream = new TappedStream(new EndsWhenDisposed(), tap);
        var reading = stream.ReadAsync(new byte[1]);

        await stream.DisposeAsync();

        (await reading).Should().Be(0);
        tap.Endings.Should().Equal((Direction.Sent, StreamEnding.Finished));
    }

    private static async Task<(Socket Near, Socket Far)> Connect()
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var near = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await near.ConnectAsync(listener.LocalEndPoint!);
        return (near, await listener.AcceptAsync());
    }

    private sealed class NotedTap : IByteTap
    {
        public List<byte> Received { get; } = [];

        public List<byte> Sent { get; } = [];

        public List<(Direction, StreamEnding)> Endings { get; } = [];

        void IByteTap.Bytes(Direction direction, ReadOnlySpan<byte> bytes) => (direction == Direction.Sent ? Sent : Received).AddRange(bytes);

        void IByteTap.Ended(Direction direction, StreamEnding ending, string? reason) => Endings.Add((direction, ending));

        void IByteTap.Backlog(long bytes)
        {
        }
    }

    private sealed class EndsWhenDisposed : MemoryStream
    {
        private readonly TaskCompletionSource<int> disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(disposed.Task);

        protected override void Dispose(bool disposing)
        {
            disposed.TrySetResult(0);
            base.Dispose(disposing);
        }
    }
}
