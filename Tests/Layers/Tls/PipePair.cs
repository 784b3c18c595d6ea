using System.IO.Pipelines;

namespace RealtimeHello.Tests.Layers.Tls;

/// <summary>Two ends of a connection in memory, and a look at what passes.</summary>
internal static class PipePair
{
    public delegate void Look(bool sentByLeft, ReadOnlySpan<byte> bytes);

    public static (Stream Left, Stream Right) Create(Look look)
    {
        var rightwards = new Pipe();
        var leftwards = new Pipe();
        var gate = new Lock();
        return (
            new Watched(leftwards.Reader.AsStream(), rightwards.Writer.AsStream(), bytes => { lock (gate) look(true, bytes); }),
            new Watched(rightwards.Reader.AsStream(), leftwards.Writer.AsStream(), bytes => { lock (gate) look(false, bytes); }));
    }

    private delegate void LookAtWrite(ReadOnlySpan<byte> bytes);

    private sealed class Watched(Stream reader, Stream writer, LookAtWrite look) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => reader.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => reader.ReadAsync(buffer, cancellationToken);

        public override void Write(byte[] buffer, int offset, int count)
        {
            look(buffer.AsSpan(offset, count));
            writer.Write(buffer, offset, count);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            look(buffer.Span);
            return writer.WriteAsync(buffer, cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => writer.FlushAsync(cancellationToken);

        public override void Flush() => writer.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                reader.Dispose();
                writer.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
