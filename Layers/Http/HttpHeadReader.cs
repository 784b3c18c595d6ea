using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Layers.Http;

/// <summary>
/// Gathers one head (RFC 9112 2.1) and checks it byte by byte, so that a fault is found at the same byte however the bytes are cut.
/// As tolerant as Kestrel: empty lines before the head and line ends without CR are let through.
/// <code>
/// request:   Leading -> Method -> Target -> Version -> LineEnd -> FieldStart
/// response:  Leading -> Protocol -> Status -> LineEnd -> FieldStart
/// fields:    FieldStart -> FieldName -> FieldValue -> (CR: LineEnd) -> FieldStart
///            FieldStart -> (CR: HeadEnd) -> Done
/// </code>
/// </summary>
/// <remarks>https://www.rfc-editor.org/rfc/rfc9112#section-2</remarks>
internal sealed class HttpHeadReader(bool isRequest, DecoderLimits limits)
{
    private PooledBytes gathered;
    private State state;
    private int part;
    private int fields;

    private enum State : byte
    {
        Leading,
        Method,
        Target,
        Version,
        Protocol,
        Status,
        LineEnd,
        FieldStart,
        FieldName,
        FieldValue,
        HeadEnd,
        Done,
    }

    /// <summary>Offset of the head's first byte, once there was one.</summary>
    public long Start { get; private set; }

    /// <summary>A head was begun and is not complete.</summary>
    public bool IsWithin => state is not (State.Leading or State.Done);

    /// <summary>What is wrong, and where: set when <see cref="Read"/> found a fault.</summary>
    public (DecodeFault Detail, ByteRange Range)? Fault { get; private set; }

    /// <summary>Takes bytes until the head is complete or wrong.</summary>
    /// <param name="bytes">Bytes from <paramref name="offset"/> on.</param>
    /// <param name="offset">Where the first one stands in the stream.</param>
    /// <param name="head">The head, when it is complete.</param>
    /// <returns>How many bytes it took.</returns>
    public int Read(ReadOnlySpan<byte> bytes, long offset, out HttpHead? head)
    {
        head = null;
        var from = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (state == State.Leading)
            {
                if (bytes[i] is (byte)'\r' or (byte)'\n') continue;
                from = i;
                Start = offset + i;
                Enter(isRequest ? State.Method : State.Protocol);
            }

            if (Next(bytes[i]) is { } fault)
            {
                Fail(fault, offset + i);
                return i + 1;
            }

            if (offset + i - Start >= limits.HttpHeadBytes)
            {
                Fail(new DecodeFault(Layer.Http, "RFC 9110 5.4", $"The head is longer than {limits.HttpHeadBytes} bytes."), offset + i);
                return i + 1;
            }

            if (state == State.Done)
            {
                head = Parse(bytes[from..(i + 1)]);
                return i + 1;
            }
        }

        if (state != State.Leading) gathered.Append(bytes[from..]);
        return bytes.Length;
    }

    /// <summary>Ready for the next head; gives back what was held.</summary>
    public void Reset()
    {
        gathered.Clear();
        Enter(State.Leading);
        fields = 0;
    }

    private HttpHead Parse(ReadOnlySpan<byte> last)
    {
        if (gathered.Length == 0) return HttpHead.Parse(last);
        gathered.Append(last);
        var head = HttpHead.Parse(gathered.Span);
        gathered.Clear();
        return head;
    }

    private void Fail(DecodeFault fault, long at)
    {
        gathered.Clear();
        Fault = (fault, new ByteRange(Start, at + 1));
    }

    private void Enter(State next)
    {
        state = next;
        part = 0;
    }

    private DecodeFault? Next(byte b)
    {
        part++;
        switch (state)
        {
            case State.Method:
                if (b == ' ' && part > 1) Enter(State.Target);
                else if (!IsToken(b)) return NotHttp("This is not an HTTP/1.1 request: it does not begin with a method.");
                return null;

            case State.Target:
                if (b == ' ' && part > 1) Enter(State.Version);
                else if (b is (byte)' ' or (byte)'\r' or (byte)'\n' or 0) return NotHttp("The request line is not method, target and version with one space between them.");
                return null;

            case State.Version:
                return ReadVersion(b);

            case State.Protocol:
                if (b != "HTTP/"u8[part - 1]) return NotHttp("This is not an HTTP/1.1 response: it does not begin with HTTP/.");
                if (part == 5) Enter(State.Status);
                return null;

            case State.Status:
                return ReadStatus(b);

            case State.LineEnd:
                if (b != '\n') return new DecodeFault(Layer.Http, "RFC 9112 2.2", "A CR is not followed by LF.");
                Enter(State.FieldStart);
                return null;

            case State.FieldStart:
                return StartField(b);

            case State.FieldName:
                if (b == ':') Enter(State.FieldValue);
                else if (b is (byte)' ' or (byte)'\t') return new DecodeFault(Layer.Http, "RFC 9112 5.1", "There is whitespace before the colon of a field.");
                else if (b is (byte)'\r' or (byte)'\n') return new DecodeFault(Layer.Http, "RFC 9112 5", "A field has no colon.");
                else if (!StandsInNames(b)) return new DecodeFault(Layer.Http, "RFC 9110 5.1", $"Byte 0x{b:X2} can't stand in the name of a field.");
                return null;

            case State.FieldValue:
                if (b == '\r') Enter(State.LineEnd);
                else if (b == '\n') Enter(State.FieldStart);
                else if (b == 0) return new DecodeFault(Layer.Http, "RFC 9110 5.5", "There is a NUL in the value of a field.");
                return null;

            case State.HeadEnd:
                if (b != '\n') return new DecodeFault(Layer.Http, "RFC 9112 2.2", "A CR is not followed by LF.");
                Enter(State.Done);
                return null;

            default:
                return null;
        }
    }

    /// <summary><c>HTTP/1.1</c>, and nothing behind it.</summary>
    private DecodeFault? ReadVersion(byte b)
    {
        if (part <= 5 && b == "HTTP/"u8[part - 1]) return null;
        if (part is 6 or 8 && b is >= (byte)'0' and <= (byte)'9') return null;
        if (part == 7 && b == '.') return null;
        if (part == 9 && (b is (byte)'\r' or (byte)'\n'))
        {
            Enter(b == '\r' ? State.LineEnd : State.FieldStart);
            return null;
        }

        return NotHttp("The request line does not end with a version such as HTTP/1.1.");
    }

    /// <summary>Behind <c>HTTP/</c>: <c>1.1 200 reason</c>, where the reason and the space before it may be missing.</summary>
    private DecodeFault? ReadStatus(byte b)
    {
        var fits = part switch
        {
            1 or 3 or 5 or 6 or 7 => b is >= (byte)'0' and <= (byte)'9',
            2 => b == '.',
            4 => b == ' ',
            8 => b is (byte)' ' or (byte)'\r' or (byte)'\n',
            _ => b != 0,
        };
        if (!fits) return NotHttp("The status line is not a version, a status of three digits, and a reason.");
        if (part >= 8 && (b is (byte)'\r' or (byte)'\n')) Enter(b == '\r' ? State.LineEnd : State.FieldStart);
        return null;
    }

    private DecodeFault? StartField(byte b)
    {
        switch (b)
        {
            case (byte)'\r':
                Enter(State.HeadEnd);
                return null;
            case (byte)'\n':
                Enter(State.Done);
                return null;
            case (byte)' ' or (byte)'\t':
                if (isRequest || fields == 0) return new DecodeFault(Layer.Http, "RFC 9112 5.2", "A line of the head begins with whitespace (obsolete line folding).");
                Enter(State.FieldValue);
                return null;
            default:
                if (b == ':' || !StandsInNames(b)) return new DecodeFault(Layer.Http, "RFC 9112 5", "A field does not begin with a name.");
                if (++fields > limits.HttpHeaders) return new DecodeFault(Layer.Http, "RFC 9110 5.4", $"The head has more than {limits.HttpHeaders} fields.");
                Enter(State.FieldName);
                return null;
        }
    }

    private DecodeFault NotHttp(string reason) => new(Layer.Http, isRequest ? "RFC 9112 3" : "RFC 9112 4", reason);

    /// <summary>More than RFC 9110 5.1 allows: servers, Kestrel too, take such requests, and what they take is not to be hidden by it.</summary>
    private static bool StandsInNames(byte b) => b is not (0 or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n');

    /// <summary>RFC 9110 5.6.2.</summary>
    private static bool IsToken(byte b) =>
        char.IsAsciiLetterOrDigit((char)b) || "!#$%&'*+-.^_`|~"u8.Contains(b);
}
