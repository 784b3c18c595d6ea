using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Layers.Tls;

/// <summary>
/// One direction of the wire under TLS, as far as it is not encrypted: the hello, and alerts. A handshake message may lie in several records,
/// a record in several pushes. From the first application data on there is nothing left to read.
/// <code>
/// Header -> (handshake, before encryption: Handshake -> Header)
/// Header -> (alert: Alert -> Header) -> (change cipher spec, anything else: Body -> Header)
/// Header -> (application data: Encrypted) -> (no TLS: Opaque)
/// </code>
/// </summary>
/// <remarks>https://www.rfc-editor.org/rfc/rfc8446#section-5.1</remarks>
internal sealed class TlsRecordDecoder(ILayerOutput output, DecoderLimits limits) : LayerDecoder(output)
{
    private const int HeaderLength = 5;
    private const int LongestRecord = 16 * 1024 + 2048;
    private const int HandshakeHeaderLength = 4;
    private const byte ChangeCipherSpec = 20;
    private const byte AlertType = 21;
    private const byte HandshakeType = 22;
    private const byte ApplicationData = 23;
    private const byte Heartbeat = 24;

    private HeaderBytes header;
    private byte headerCount;
    private State state;
    private bool cipherChanged;
    private int remaining;
    private PooledBytes gathered;
    private long start;
    private ushort alert;
    private long alertStart;

    private enum State : byte
    {
        Header,
        Handshake,
        Alert,
        Body,
        Encrypted,
        Opaque,
    }

    /// <summary>Nothing that comes can be read: it is encrypted, or no TLS.</summary>
    public bool IsDone => state is State.Encrypted or State.Opaque;

    /// <inheritdoc/>
    public override void Push(ReadOnlySpan<byte> bytes, ByteSource source)
    {
        var offset = source.Range.Start;
        while (!bytes.IsEmpty && !IsDone)
        {
            var count = 1;
            if (state == State.Header) ReadHeader(bytes[0], offset);
            else count = ReadBody(bytes[..Math.Min(bytes.Length, remaining)], offset);
            bytes = bytes[count..];
            offset += count;
        }
    }

    /// <inheritdoc/>
    public override void Complete(StreamEnding ending, long offset)
    {
        if (ending != StreamEnding.Cut && !IsDone && (gathered.Length > 0 || headerCount > 0))
            Fault("RFC 8446 5.1", "The stream ends within a record, before the handshake is over.", new ByteRange(gathered.Length > 0 ? start : offset - headerCount, offset));
        Close(State.Opaque);
    }

    private void ReadHeader(byte b, long offset)
    {
        header[headerCount++] = b;
        if (headerCount == 1 && b is < ChangeCipherSpec or > Heartbeat)
        {
            Fail("This is not TLS: no record begins with such a byte.", new ByteRange(offset, offset + 1));
            return;
        }

        if (headerCount == 2 && b != 3)
        {
            Fail("This is not TLS: the version of a record does not begin with 3.", new ByteRange(offset - 1, offset + 1));
            return;
        }

        if (headerCount < HeaderLength) return;
        remaining = BinaryPrimitives.ReadUInt16BigEndian(header[3..]);
        if (remaining > LongestRecord)
        {
            Fail($"A record of {remaining} bytes is longer than TLS allows.", new ByteRange(offset + 1 - HeaderLength, offset + 1));
            return;
        }

        BeginRecord(offset + 1);
    }

    private void BeginRecord(long bodyStart)
    {
        headerCount = 0;
        switch (header[0])
        {
            case ApplicationData:
                Close(State.Encrypted);
                return;
            case HandshakeType:
                if (gathered.Length == 0) start = bodyStart - HeaderLength;
                state = State.Handshake;
                break;
            case AlertType when remaining == 2 && !cipherChanged:
                alertStart = bodyStart - HeaderLength;
                state = State.Alert;
                break;
            case ChangeCipherSpec:
                cipherChanged = true;
                state = State.Body;
                break;
            default:
                state = State.Body;
                break;
        }

        if (remaining == 0) state = State.Header;
    }

    private int ReadBody(ReadOnlySpan<byte> bytes, long offset)
    {
        var count = bytes.Length;
        if (state == State.Handshake) count = ReadHandshake(bytes, offset);
        else if (state == State.Alert) ReadAlert(bytes);
        if (IsDone) return count;
        remaining -= count;
        if (remaining > 0) return count;
        if (state == State.Alert) Output.Emit(new TlsAlert(alert >> 8, alert & 0xFF, TlsNames.OfAlert(alert & 0xFF)), new ByteRange(alertStart, offset + count));
        state = State.Header;
        return count;
    }

    /// <summary>Gathers one handshake message: a type, a length of three bytes, and as many bytes (RFC 8446 4).</summary>
    private int ReadHandshake(ReadOnlySpan<byte> bytes, long offset)
    {
        // A cipher was agreed on: what follows is encrypted, but for a client's second hello, which TLS 1.3 sends behind a change cipher spec.
        if (cipherChanged && gathered.Length == 0 && bytes[0] != TlsHello.ClientHello)
        {
            Close(State.Encrypted);
            return bytes.Length;
        }

        if (gathered.Length < HandshakeHeaderLength)
        {
            var head = Math.Min(HandshakeHeaderLength - gathered.Length, bytes.Length);
            gathered.Append(bytes[..head]);
            if (gathered.Length < HandshakeHeaderLength) return head;
            if (MessageLength <= limits.TlsHelloBytes || !IsHello) return EndHandshake(head, offset);
            Fail($"A hello of {MessageLength} bytes is longer than {limits.TlsHelloBytes} bytes.", new ByteRange(start, offset + head));
            return head;
        }

        var wanted = MessageLength + HandshakeHeaderLength - gathered.Length;
        var count = Math.Min(wanted, bytes.Length);
        gathered.Append(bytes[..count]);
        return EndHandshake(count, offset);
    }

    private int EndHandshake(int count, long offset)
    {
        // Certificates and what else stands between the hellos and encryption is of no interest, and may be long.
        if (!IsHello)
        {
            Close(State.Encrypted);
            return count;
        }

        if (gathered.Length < MessageLength + HandshakeHeaderLength) return count;
        var range = new ByteRange(start, offset + count);
        var detail = TlsHello.Read(gathered.Span[0], gathered.Span[HandshakeHeaderLength..]);
        gathered.Clear();
        start = offset + count;
        if (detail is not null) Output.Emit(detail, range);
        else if (cipherChanged) Close(State.Encrypted);
        else Fail("A hello can't be read: its lengths contradict each other.", range, "RFC 8446 4.1");
        return count;
    }

    private bool IsHello => gathered.Span[0] is TlsHello.ClientHello or TlsHello.ServerHello;

    private int MessageLength => (gathered.Span[1] << 16) | (gathered.Span[2] << 8) | gathered.Span[3];

    private void ReadAlert(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes) alert = (ushort)((alert << 8) | b);
    }

    private void Fail(string reason, ByteRange range, string rule = "RFC 8446 5.1")
    {
        Fault(rule, reason, range);
        Close(State.Opaque);
    }

    private void Fault(string rule, string reason, ByteRange range) => Output.Emit(new DecodeFault(Layer.Tls, rule, reason), range);

    private void Close(State last)
    {
        gathered.Clear();
        state = last;
    }

    [InlineArray(HeaderLength)]
    private struct HeaderBytes
    {
        private byte first;
    }
}
