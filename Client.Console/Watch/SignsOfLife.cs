namespace RealtimeHello.Client.Watch;

/// <summary>A stream that says so whenever something came, comments of a feed too, which a parser swallows; and that a line without an end does not fill the memory with.</summary>
/// <param name="inner">Owned by this.</param>
/// <param name="came">Called for each read that brought something.</param>
internal sealed class SignsOfLife(Stream inner, Action came) : Stream
{
    /// <summary>Bytes without a line's end, at most: the inspector's longest event is far below it.</summary>
    private const int LongestLine = 4 * 1024 * 1024;

    private int _line;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        if (count > 0) came();
        var end = buffer.Span[..count].LastIndexOf((byte)'\n');
        _line = end < 0 ? _line + count : count - end - 1;
        return _line > LongestLine ? throw new InvalidDataException($"A line of the feed has more than {LongestLine} bytes.") : count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
