using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Layers.Http;

/// <summary>
/// Finds the end of one body (RFC 9112 6 and 7.1) without holding it.
/// <code>
/// of length, until close:  Content -> Done
/// chunked:  Size -> (CR: SizeEnd) -> Content -> ContentEnd -> Size
///           Size 0 -> TrailerStart -> (field: Trailer -> TrailerStart) -> (CR: TrailersEnd) -> Done
/// </code>
/// </summary>
/// <remarks>https://www.rfc-editor.org/rfc/rfc9112#section-7.1</remarks>
internal sealed class HttpBodyReader(DecoderLimits limits)
{
    private const int LongestSizeLine = 4096;

    private State state = State.Done;
    private HttpBodyKind kind;
    private long remaining;
    private int line;
    private bool extension;

    private enum State : byte
    {
        Done,
        Content,
        Size,
        SizeEnd,
        ContentEnd,
        ContentEndLf,
        TrailerStart,
        Trailer,
        TrailersEnd,
    }

    /// <summary>The next byte is content; otherwise it belongs to the lines around it.</summary>
    public bool IsContent => state == State.Content;

    /// <summary>The body is over.</summary>
    public bool IsDone => state == State.Done;

    /// <summary>The body ends with the connection.</summary>
    public bool EndsWithConnection => state == State.Content && kind == HttpBodyKind.UntilClose;

    /// <summary>What is wrong with the chunks, once something is.</summary>
    public DecodeFault? Fault { get; private set; }

    public void Begin(HttpBodyFraming framing)
    {
        kind = framing.Kind;
        remaining = framing.Length;
        line = 0;
        extension = false;
        state = kind switch
        {
            HttpBodyKind.None => State.Done,
            HttpBodyKind.Chunked => State.Size,
            _ => State.Content,
        };
        if (kind == HttpBodyKind.Chunked) remaining = 0;
    }

    /// <summary>Takes bytes up to where <see cref="IsContent"/> changes, or <see cref="IsDone"/> or <see cref="Fault"/> come to be.</summary>
    /// <returns>How many bytes it took: content, all of them, if it was content before.</returns>
    public int Read(ReadOnlySpan<byte> bytes)
    {
        if (state == State.Content)
        {
            var count = kind == HttpBodyKind.UntilClose ? bytes.Length : (int)Math.Min(bytes.Length, remaining);
            Skip(count);
            return count;
        }

        for (var i = 0; i < bytes.Length; i++)
        {
            Fault = Next(bytes[i]);
            if (Fault is not null || state is State.Content or State.Done) return i + 1;
        }

        return bytes.Length;
    }

    /// <summary>How much of <paramref name="count"/> bytes is content that comes next.</summary>
    public long ContentOf(long count) => !IsContent ? 0 : kind == HttpBodyKind.UntilClose ? count : Math.Min(count, remaining);

    /// <summary>Takes content that is not there, no more than <see cref="ContentOf"/> said.</summary>
    public void Skip(long count)
    {
        if (kind == HttpBodyKind.UntilClose) return;
        remaining -= count;
        if (remaining == 0) state = kind == HttpBodyKind.Chunked ? State.ContentEnd : State.Done;
    }

    private DecodeFault? Next(byte b)
    {
        switch (state)
        {
            case State.Size:
                return ReadSize(b);
            case State.SizeEnd:
                if (b != '\n') return Broken("The line with a chunk's size does not end with CR LF.");
                EndSize();
                return null;
            case State.ContentEnd:
                if (b == '\n') EnterSize();
                else if (b == '\r') state = State.ContentEndLf;
                else return Broken("A chunk is longer than its size says.");
                return null;
            case State.ContentEndLf:
                if (b != '\n') return Broken("A chunk is longer than its size says.");
                EnterSize();
                return null;
            case State.TrailerStart:
                if (b == '\n') state = State.Done;
                else state = b == '\r' ? State.TrailersEnd : State.Trailer;
                return Count();
            case State.Trailer:
                if (b == '\n') state = State.TrailerStart;
                return Count();
            case State.TrailersEnd:
                if (b != '\n') return new DecodeFault(Layer.Http, "RFC 9112 2.2", "A CR is not followed by LF.");
                state = State.Done;
                return null;
            default:
                return null;
        }
    }

    private DecodeFault? ReadSize(byte b)
    {
        if (++line > LongestSizeLine) return Broken("The line with a chunk's size is too long.");
        if (line == 1 && (b is (byte)'\r' or (byte)'\n')) return Broken("A chunk has no size.");
        if (b == '\r')
        {
            state = State.SizeEnd;
        }
        else if (b == '\n')
        {
            EndSize();
        }
        else if (!extension)
        {
            if (char.IsAsciiHexDigit((char)b))
            {
                if (remaining > long.MaxValue >> 4) return Broken("A chunk's size is larger than 2^63-1.");
                remaining = (remaining << 4) | (uint)(b <= '9' ? b - '0' : (b | 0x20) - 'a' + 10);
            }
            else if (line > 1 && (b is (byte)';' or (byte)' ' or (byte)'\t'))
            {
                extension = true;
            }
            else
            {
                return Broken("A chunk's size is not a hexadecimal number.");
            }
        }

        return null;
    }

    private void EnterSize()
    {
        state = State.Size;
        line = 0;
        extension = false;
        remaining = 0;
    }

    private void EndSize()
    {
        state = remaining == 0 ? State.TrailerStart : State.Content;
        line = 0;
    }

    private DecodeFault? Count() =>
        ++line > limits.HttpHeadBytes ? new DecodeFault(Layer.Http, "RFC 9110 5.4", $"The trailers are longer than {limits.HttpHeadBytes} bytes.") : null;

    private static DecodeFault Broken(string reason) => new(Layer.Http, "RFC 9112 7.1", reason);
}
