using System.Globalization;

namespace RealtimeHello.Client.Watch;

/// <summary>
/// A feed's stream that says so whenever something came, comments too, which a parser swallows; and that an event without an end, of one line or of many,
/// does not fill the memory with.
/// </summary>
/// <param name="inner">Owned by this.</param>
/// <param name="came">Called for each read that brought something.</param>
internal sealed class SignsOfLife(Stream inner, Action came) : Stream
{
    /// <summary>Bytes up to an empty line, at most: the inspector's longest event is far below it.</summary>
    public const int LongestEvent = 4 * 1024 * 1024;

    private int _event;
    private bool _isWithinLine;

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
        Measure(buffer.Span[..count]);
        return _event > LongestEvent ? throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"an event of the feed has more than {LongestEvent:N0} bytes")) : count;
    }

    /// <summary>An empty line ends an event (https://html.spec.whatwg.org/multipage/server-sent-events.html). Where lines end with CR alone, none is seen: the inspector's don't.</summary>
    private void Measure(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            var line = end < 0 ? bytes : bytes[..end];
            _isWithinLine |= line.ContainsAnyExcept((byte)'\r');
            _event += end < 0 ? bytes.Length : end + 1;
            if (_event > LongestEvent || end < 0) return;
            if (!_isWithinLine) _event = 0;
            _isWithinLine = false;
            bytes = bytes[(end + 1)..];
        }
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
