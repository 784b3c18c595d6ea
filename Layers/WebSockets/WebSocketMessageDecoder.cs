using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Layers.WebSockets.Deflate;

namespace RealtimeHello.Layers.WebSockets;

/// <summary>
/// One direction's messages, of one frame or several: decompressed, text checked, shown, and forwarded to SignalR's decoder while that wants them.
/// Where nobody looks at messages (<paramref name="shown"/> is null) they are forwarded alone.
/// <code>
/// Between -> (data frame: Within -> (last frame's end: Between))
/// any     -> (not DEFLATE, too large, not UTF-8: Opaque; the frames go on)
/// </code>
/// </summary>
/// <remarks>https://www.rfc-editor.org/rfc/rfc6455#section-5.4, https://www.rfc-editor.org/rfc/rfc7692#section-7.2</remarks>
internal sealed class WebSocketMessageDecoder(
    ILayerOutput output, SignalRDecoder? signalR, WebSocketMessageDecoder.Compression compression, DecoderLimits limits, DecoderLimits? shown)
{
    private const int InflatedAtOnce = 2048;

    /// <summary>How this direction's messages are compressed, when they are.</summary>
    internal enum Compression : byte
    {
        /// <summary>Each for itself: no context takeover.</summary>
        Single,

        /// <summary>Building on those before: context takeover.</summary>
        Continued,

        /// <summary>Building on those before, of which the first are not there.</summary>
        BeginningLost,

        /// <summary>Masked whole, so that nothing secret is kept.</summary>
        Masked,
    }

    private Inflater? inflater;
    private PooledBytes beginning;
    private Utf8Check utf8;
    private State state;
    private WebSocketFrameHeader frame;
    private WebSocketOpcode opcode;
    private bool compressed;
    private bool toldOfLoss;
    private int frames;
    private long start;
    private long length;
    private long compressedLength;
    private ByteRange payload;

    private enum State : byte
    {
        Between,
        Within,
        Unreadable,
        Opaque,
    }

    /// <summary>Nothing of what it was given waits for more.</summary>
    public bool IsBetweenMessages => signalR is null or { IsBetweenMessages: true };

    /// <summary>False when nobody needs what the messages carry any more.</summary>
    public bool WantsMore => state != State.Opaque && (shown is not null || signalR is { WantsMore: true });

    public void BeginFrame(in WebSocketFrameHeader header, ByteRange range)
    {
        if (state == State.Opaque) return;
        frame = header;
        payload = range with { Start = range.Start + header.HeaderLength };
        if (header.Opcode != WebSocketOpcode.Continuation) BeginMessage(header, range);
        frames++;
        if (compressed) compressedLength += payload.Length;
    }

    /// <summary>Some of the frame's payload, unmasked, that stands at <paramref name="offset"/>.</summary>
    public void Payload(ReadOnlySpan<byte> unmasked, long offset)
    {
        if (state != State.Within || !WantsMore) return;
        if (compressed) Inflate(unmasked);
        else Take(unmasked, ByteSource.Exact(offset, unmasked.Length));
    }

    public void EndFrame(long end)
    {
        if (state == State.Unreadable && frame.Fin) state = State.Between;
        if (state != State.Within || !frame.Fin || !WantsMore) return;
        if (compressed) EndCompressed();
        if (state == State.Within && WantsMore && utf8.IsWithinCharacter) Fail("RFC 6455 8.1", "A text message ends within a character.", new ByteRange(end, end));
        if (state != State.Within) return;

        if (shown is not null) EmitMessage(end);
        if (signalR is { WantsMore: true }) signalR.EndOfMessage(end);
        beginning.Clear();
        state = State.Between;
    }

    public void Complete(StreamEnding ending, long offset)
    {
        if (signalR is { WantsMore: true }) signalR.Complete(ending, offset);
        Close();
    }

    /// <summary>Nothing more is decoded; gives back what was held.</summary>
    public void Close()
    {
        beginning.Clear();
        inflater = null;
        signalR?.Close();
        state = State.Opaque;
    }

    private void BeginMessage(in WebSocketFrameHeader header, ByteRange range)
    {
        opcode = header.Opcode;
        compressed = header.Rsv1;
        utf8 = default;
        frames = 0;
        length = 0;
        compressedLength = 0;
        start = range.Start;
        state = State.Within;
        if (!compressed) return;

        if (compression is Compression.BeginningLost or Compression.Masked)
        {
            // Told once; from here on SignalR's messages have a hole.
            var reason = compression == Compression.Masked
                ? "compressed messages are masked whole, since properties of payloads are to be masked"
                : "compressed messages build on earlier ones (context takeover), which were evicted";
            if (!toldOfLoss) output.Emit(new Gap(Layer.WebSocket, null, reason), range);
            toldOfLoss = true;
            signalR?.Close();
            state = State.Unreadable;
            return;
        }

        inflater ??= new Inflater();
        if (compression == Compression.Single) inflater.Forget();
    }

    private void Inflate(ReadOnlySpan<byte> bytes)
    {
        // A compressed byte stands for nothing alone: what comes of it is said to come from all of the frame's payload.
        var source = new ByteSource(payload, false);
        Span<byte> inflated = stackalloc byte[InflatedAtOnce];
        int count;
        do
        {
            count = inflater!.Inflate(ref bytes, inflated);
            var room = (int)Math.Min(count, limits.InflatedMessageBytes - length);
            if (room > 0) Take(inflated[..room], source);
            if (state != State.Within || !WantsMore) return;
            if (room < count)
            {
                Fail("RFC 7692 7.2.2", $"A compressed message inflates to more than {limits.InflatedMessageBytes} bytes.", payload);
                return;
            }
        }
        while (count == InflatedAtOnce);

        if (inflater.Failed) Fail("RFC 7692 7.2.2", "A compressed message is not DEFLATE (RFC 1951).", payload);
    }

    /// <summary>RFC 7692 7.2.2: the sender left out the last four bytes of an empty block.</summary>
    private void EndCompressed()
    {
        Inflate([0x00, 0x00, 0xFF, 0xFF]);
        // Once nobody wants more, nobody wants faults either, as in Take.
        if (state == State.Within && WantsMore && !inflater!.IsBetweenBlocks) Fail("RFC 7692 7.2.2", "A compressed message ends within a DEFLATE block.", payload);
    }

    private void Take(ReadOnlySpan<byte> bytes, ByteSource source)
    {
        var bad = opcode == WebSocketOpcode.Text ? utf8.FirstBad(bytes) : -1;
        var good = bad < 0 ? bytes : bytes[..bad];
        length += good.Length;
        if (shown is not null)
        {
            var wanted = opcode == WebSocketOpcode.Text ? ShownText.BytesFor(shown.ShownCharacters) : shown.ShownBytes;
            if (beginning.Length < wanted) beginning.Append(good[..Math.Min(good.Length, wanted - beginning.Length)]);
        }

        if (signalR is { WantsMore: true }) signalR.Push(good, source);
        // Once nobody wants more, nobody wants faults either: what is told must not depend on where the bytes were cut.
        if (bad >= 0 && WantsMore) Fail("RFC 6455 8.1", "A text message is not UTF-8.", source.Of(bad, bad + 1));
    }

    private void EmitMessage(long end)
    {
        string? text = null;
        string? hex = null;
        if (opcode == WebSocketOpcode.Text) text = ShownText.OfUtf8(beginning.Span, shown!.ShownCharacters, length > beginning.Length);
        else hex = Convert.ToHexStringLower(beginning.Span);
        output.Emit(new WebSocketMessage(opcode, frames, length, compressed ? compressedLength : null, text, hex), new ByteRange(start, end));
    }

    private void Fail(string rule, string reason, ByteRange range)
    {
        output.Emit(new DecodeFault(Layer.WebSocket, rule, reason), range);
        Close();
    }
}
