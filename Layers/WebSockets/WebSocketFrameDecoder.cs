using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.SignalR;

namespace RealtimeHello.Layers.WebSockets;

/// <summary>
/// One direction of a WebSocket: frame headers, control frames, and, for whoever asks for it, the unmasked payload of data frames.
/// Without anybody who asks, payload is skipped and a data frame costs no memory.
/// <code>
/// Header -> (control: Control -> Header) -> (Close: Control -> Header, where nothing more may come)
/// Header -> (data: Data -> Header)
/// Header -> (fault: Opaque)
/// </code>
/// </summary>
/// <remarks>https://www.rfc-editor.org/rfc/rfc6455#section-5.2</remarks>
internal sealed class WebSocketFrameDecoder(ILayerOutput output, bool fromClient, bool mayCompress, bool emitsDataFrames) : PlainDecoder(output), IHubMessageCount
{
    private const int LongestControlPayload = 125;
    private const int UnmaskedAtOnce = 1024;

    private HeaderBytes headerBytes;
    private byte headerCount;
    private State state;
    private Seen seen;
    private byte controlCount;
    private byte[]? control;
    private long frameEnd;
    private HubMessageCounter counter;

    private enum State : byte
    {
        Header,
        Control,
        Data,
        Opaque,
    }

    [Flags]
    private enum Seen : byte
    {
        None = 0,
        WithinMessage = 1,
        Close = 2,
        WrongMask = 4,
        LongLength = 8,
    }

    /// <inheritdoc/>
    public override PlainPhase Phase => state == State.Opaque ? PlainPhase.Opaque : PlainPhase.WebSocket;

    /// <summary>Frames whose header was seen, control frames included.</summary>
    public long Frames { get; private set; }

    /// <summary>Who wants the payload of data frames; null to skip it.</summary>
    public WebSocketMessageDecoder? Messages { get; set; }

    /// <summary>Hub messages are counted where nobody wants the payload.</summary>
    public bool CountsHubMessages { get; set; }

    /// <summary>Complete hub messages that were counted.</summary>
    public long HubMessages => CountsHubMessages ? counter.Messages : 0;

    /// <summary>The next byte begins a message, or a control frame.</summary>
    public bool IsBetweenMessages =>
        state == State.Header && headerCount == 0 && (seen & Seen.WithinMessage) == 0 && Messages is null or { IsBetweenMessages: true };

    /// <inheritdoc/>
    public override int Advance(ReadOnlySpan<byte> bytes, long offset)
    {
        var at = 0;
        while (at < bytes.Length && state != State.Opaque)
        {
            switch (state)
            {
                case State.Header:
                    at += ReadHeader(bytes[at..], offset + at);
                    break;
                case State.Control:
                    at += ReadControl(bytes[at..], offset + at);
                    break;
                case State.Data:
                    at += ReadData(bytes[at..], offset + at);
                    break;
            }
        }

        return at;
    }

    /// <summary>
    /// Takes bytes that are one whole message in one frame, between two messages, where nobody wants more than that it is counted: what nearly all bytes of a hub's connection are, and without the
    /// steps of <see cref="Advance"/>. False: they are something else, and nothing was taken.
    /// </summary>
    public bool TryTakeMessage(ReadOnlySpan<byte> bytes)
    {
        if (!TakesMessages || !WholeMessage.TryFindPayload(bytes, out var payload, out var isCompressed) || (isCompressed && !mayCompress)) return false;
        Frames++;
        if (CountsHubMessages) counter.Count(bytes[payload..]);
        return true;
    }

    /// <summary>The same of bytes that were looked at before.</summary>
    public bool TryTakeMessage(in WholeMessage message)
    {
        if (!TakesMessages || (message.IsCompressed && !mayCompress) || (CountsHubMessages && !counter.TryCount(message))) return false;
        Frames++;
        return true;
    }

    /// <summary>The next byte begins a message, and nobody wants more than that it is counted.</summary>
    private bool TakesMessages => !fromClient && state == State.Header && headerCount == 0 && (seen & (Seen.WithinMessage | Seen.Close)) == 0 && Messages is null && !emitsDataFrames;

    /// <inheritdoc/>
    public override bool TrySkip(long count, long offset)
    {
        if (state != State.Data || Messages is not null || count > frameEnd - offset) return false;
        if (offset + count == frameEnd) EndFrame();
        return true;
    }

    /// <inheritdoc/>
    public override void Complete(StreamEnding ending, long offset)
    {
        Messages?.Complete(ending, offset);
        if (ending != StreamEnding.Cut && state != State.Opaque)
        {
            if (state == State.Header && headerCount > 0) CutOff("RFC 6455 5.2", "The stream ends within the header of a frame.", new ByteRange(offset - headerCount, offset));
            else if (state != State.Header) CutOff("RFC 6455 5.2", "The stream ends within a frame.", new ByteRange(FrameStart, offset));
            else if ((seen & Seen.WithinMessage) != 0) CutOff("RFC 6455 5.4", "The stream ends within a fragmented message.", new ByteRange(offset, offset));
        }

        BecomeOpaque();
    }

    void IHubMessageCount.BeginCount(string? protocol) => counter.Begin(protocol);

    void IHubMessageCount.Count(ReadOnlySpan<byte> payload) => counter.Count(payload);

    void IHubMessageCount.CountOne() => counter.CountOne();

    /// <summary>Of the frame that is being read.</summary>
    private WebSocketFrameHeader Header
    {
        get
        {
            WebSocketFrameHeader.TryRead(headerBytes[..headerCount], out var header);
            return header;
        }
    }

    private long FrameStart => frameEnd - (long)Header.PayloadLength - headerCount;

    private int ReadHeader(ReadOnlySpan<byte> bytes, long offset)
    {
        var count = Math.Min(bytes.Length, WebSocketFrameHeader.MaximumLength - headerCount);
        bytes[..count].CopyTo(headerBytes[headerCount..]);
        if (WebSocketFrameHeader.TryRead(headerBytes[..(headerCount + count)], out var header) == OperationStatus.NeedMoreData)
        {
            headerCount += (byte)count;
            return count;
        }

        count = header.HeaderLength - headerCount;
        headerCount = (byte)header.HeaderLength;
        BeginFrame(header, offset + count);
        return count;
    }

    private void BeginFrame(in WebSocketFrameHeader header, long payloadStart)
    {
        var range = new ByteRange(payloadStart - header.HeaderLength, payloadStart);
        if (FatalProblemOf(header) is { } problem)
        {
            Fault(problem.Rule, problem.Reason, range);
            BecomeOpaque();
            return;
        }

        if (header.Masked != fromClient && (seen & Seen.WrongMask) == 0)
        {
            seen |= Seen.WrongMask;
            Fault("RFC 6455 5.1", fromClient ? "A frame from the client is not masked." : "A frame from the server is masked.", range);
        }

        if (header.HeaderLength - (header.Masked ? 4 : 0) > ShortestHeader(header.PayloadLength) && (seen & Seen.LongLength) == 0)
        {
            seen |= Seen.LongLength;
            Output.Emit(new DecodeFault(Layer.WebSocket, "RFC 6455 5.2", $"The length {header.PayloadLength} is written in more bytes than it needs.") { IsHarmless = true }, range);
        }

        Frames++;
        // The wire may announce more than any stream can hold; such a frame just never ends.
        frameEnd = (long)Math.Min(header.PayloadLength, (ulong)(long.MaxValue - payloadStart)) + payloadStart;
        if (header.IsControl)
        {
            controlCount = 0;
            if (header.Opcode == WebSocketOpcode.Close) seen |= Seen.Close;
            state = State.Control;
            if (frameEnd == payloadStart) EndControl();
            return;
        }

        if (header.Fin) seen &= ~Seen.WithinMessage;
        else seen |= Seen.WithinMessage;
        if (emitsDataFrames) Output.Emit(new WebSocketFrame(header), range with { End = frameEnd });
        Messages?.BeginFrame(header, range with { End = frameEnd });
        state = State.Data;
        if (frameEnd == payloadStart) EndFrame();
    }

    private int ReadControl(ReadOnlySpan<byte> bytes, long offset)
    {
        control ??= ArrayPool<byte>.Shared.Rent(LongestControlPayload);
        var count = (int)Math.Min(bytes.Length, frameEnd - offset);
        bytes[..count].CopyTo(control.AsSpan(controlCount));
        controlCount += (byte)count;
        if (offset + count == frameEnd) EndControl();
        return count;
    }

    private void EndControl()
    {
        var header = Header;
        var payload = control.AsSpan(0, controlCount);
        if (header.Masked) WebSocketMasking.Unmask(payload, payload, header.MaskingKey, 0);
        var range = new ByteRange(frameEnd - controlCount - header.HeaderLength, frameEnd);
        switch (header.Opcode)
        {
            case WebSocketOpcode.Ping:
                Output.Emit(new WebSocketPing(header, Convert.ToHexStringLower(payload)), range);
                break;
            case WebSocketOpcode.Pong:
                Output.Emit(new WebSocketPong(header, Convert.ToHexStringLower(payload)), range);
                break;
            default:
                EmitClose(header, payload, range);
                break;
        }

        ReturnControl();
        headerCount = 0;
        state = State.Header;
    }

    private void EmitClose(in WebSocketFrameHeader header, ReadOnlySpan<byte> payload, ByteRange range)
    {
        var at = range.End - payload.Length;
        if (payload.Length < 2)
        {
            if (payload.Length == 1) Fault("RFC 6455 5.5.1", "A Close frame has a payload of one byte, which is no close code.", new ByteRange(at, at + 1));
            Output.Emit(new WebSocketClose(header, null, null), range);
            return;
        }

        var code = BinaryPrimitives.ReadUInt16BigEndian(payload);
        if (!WebSocketCloseCodes.MayBeSent(code))
            Fault("RFC 6455 7.4", $"Close code {code} ({WebSocketCloseCodes.NameOf(code)}) may not be sent.", new ByteRange(at, at + 2));
        if (!System.Text.Unicode.Utf8.IsValid(payload[2..]))
            Fault("RFC 6455 8.1", "The reason of a Close frame is not UTF-8.", new ByteRange(at + 2, range.End));
        Output.Emit(new WebSocketClose(header, code, payload.Length == 2 ? null : Encoding.UTF8.GetString(payload[2..])), range);
    }

    private int ReadData(ReadOnlySpan<byte> bytes, long offset)
    {
        var count = (int)Math.Min(bytes.Length, frameEnd - offset);
        if (Messages is not null) ForwardPayload(bytes[..count], offset);
        else if (CountsHubMessages) CountPayload(bytes[..count], offset);
        if (offset + count == frameEnd) EndFrame();
        return count;
    }

    private void ForwardPayload(ReadOnlySpan<byte> bytes, long offset)
    {
        var header = Header;
        if (!header.Masked)
        {
            Messages!.Payload(bytes, offset);
            return;
        }

        Span<byte> unmasked = stackalloc byte[UnmaskedAtOnce];
        var position = (long)header.PayloadLength - (frameEnd - offset);
        while (!bytes.IsEmpty)
        {
            var step = bytes[..Math.Min(bytes.Length, UnmaskedAtOnce)];
            WebSocketMasking.Unmask(step, unmasked, header.MaskingKey, position);
            Messages!.Payload(unmasked[..step.Length], offset);
            bytes = bytes[step.Length..];
            offset += step.Length;
            position += step.Length;
        }
    }

    private void CountPayload(ReadOnlySpan<byte> bytes, long offset)
    {
        var header = Header;
        counter.Count(bytes, header, (long)header.PayloadLength - (frameEnd - offset));
    }

    private void EndFrame()
    {
        headerCount = 0;
        state = State.Header;
        Messages?.EndFrame(frameEnd);
        if (Messages is { WantsMore: false }) Messages = null;
    }

    private (string Rule, string Reason)? FatalProblemOf(in WebSocketFrameHeader header)
    {
        var withinMessage = (seen & Seen.WithinMessage) != 0;
        if ((seen & Seen.Close) != 0) return ("RFC 6455 5.5.1", "A frame follows a Close frame.");
        if (header.Rsv2 || header.Rsv3) return ("RFC 6455 5.2", "A reserved bit is set without an extension that gives it a meaning.");
        if (header.Rsv1 && !mayCompress) return ("RFC 6455 5.2", "RSV1 is set, and permessage-deflate was not agreed on.");
        if (header.Rsv1 && (header.IsControl || header.Opcode == WebSocketOpcode.Continuation))
            return ("RFC 7692 6.1", "RSV1 is set on a frame that is not the first of a message.");
        if (header.PayloadLength > long.MaxValue) return ("RFC 6455 5.2", "The highest bit of a 64-bit length is set.");
        if (header.IsControl)
        {
            if (header.Opcode > WebSocketOpcode.Pong) return ("RFC 6455 5.2", $"Opcode 0x{(byte)header.Opcode:X} is not defined.");
            if (!header.Fin) return ("RFC 6455 5.5", "A control frame is fragmented.");
            if (header.PayloadLength > LongestControlPayload) return ("RFC 6455 5.5", $"A control frame has a payload of {header.PayloadLength} bytes; 125 are the most.");
            return null;
        }

        if (header.Opcode > WebSocketOpcode.Binary) return ("RFC 6455 5.2", $"Opcode 0x{(byte)header.Opcode:X} is not defined.");
        if (header.Opcode == WebSocketOpcode.Continuation && !withinMessage) return ("RFC 6455 5.4", "A continuation frame continues no message.");
        if (header.Opcode != WebSocketOpcode.Continuation && withinMessage) return ("RFC 6455 5.4", "A message begins within another one.");
        return null;
    }

    private static int ShortestHeader(ulong payloadLength) => payloadLength switch
    {
        < 126 => 2,
        <= ushort.MaxValue => 4,
        _ => 10,
    };

    private void Fault(string rule, string reason, ByteRange range) => Output.Emit(new DecodeFault(Layer.WebSocket, rule, reason), range);

    private void CutOff(string rule, string reason, ByteRange range) => Output.Emit(new DecodeFault(Layer.WebSocket, rule, reason) { IsCutOff = true }, range);

    private void BecomeOpaque()
    {
        ReturnControl();
        Messages?.Close();
        Messages = null;
        state = State.Opaque;
    }

    private void ReturnControl()
    {
        if (control is not null) ArrayPool<byte>.Shared.Return(control);
        control = null;
    }

    [InlineArray(WebSocketFrameHeader.MaximumLength)]
    private struct HeaderBytes
    {
        private byte first;
    }
}
