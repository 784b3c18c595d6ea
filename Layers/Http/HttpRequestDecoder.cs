using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Layers.Http;

/// <summary>
/// The client's direction of an HTTP/1.1 connection: requests one after another, pipelined or not, up to one that makes it something else.
/// <code>
/// Head -> (body: Body -> Head)
/// Head -> (asks for a WebSocket: Undecided until the answer -> Head, or replaced by a WebSocketFrameDecoder)
/// any  -> (fault, HTTP/2: Opaque)
/// </code>
/// </summary>
/// <remarks>https://www.rfc-editor.org/rfc/rfc9112#section-3</remarks>
internal sealed class HttpRequestDecoder(ILayerOutput output, HttpConversation conversation, DecoderLimits limits) : PlainDecoder(output)
{
    private readonly HttpHeadReader heads = new(isRequest: true, limits);
    private readonly HttpBodyReader body = new(limits);
    private State state;

    private enum State : byte
    {
        Head,
        Body,
        Opaque,
    }

    /// <inheritdoc/>
    public override PlainPhase Phase => state switch
    {
        State.Opaque => PlainPhase.Opaque,
        State.Body => body.IsContent ? PlainPhase.Body : PlainPhase.Head,
        _ => conversation.AwaitsUpgrade ? PlainPhase.Undecided : PlainPhase.Head,
    };

    /// <summary>The next byte begins a request, or something else than HTTP.</summary>
    public bool IsBetweenRequests => state == State.Head && !heads.IsWithin;

    /// <summary>The next byte begins a request's head or goes on in it; the lines around the chunks of a body don't.</summary>
    public bool IsInHead => state == State.Head && !conversation.AwaitsUpgrade;

    /// <inheritdoc/>
    public override int Advance(ReadOnlySpan<byte> bytes, long offset)
    {
        if (state == State.Body)
        {
            var read = body.Read(bytes);
            if (body.Fault is { } broken) Fail(broken, new ByteRange(offset + read - 1, offset + read));
            else if (body.IsDone) state = State.Head;
            return read;
        }

        var count = heads.Read(bytes, offset, out var head);
        if (head is not null) Take(head, new ByteRange(heads.Start, offset + count));
        else if (heads.Fault is { } fault) Fail(fault.Detail, fault.Range);
        return count;
    }

    /// <inheritdoc/>
    public override bool TrySkip(long count, long offset)
    {
        if (state != State.Body || body.ContentOf(count) != count) return false;
        body.Skip(count);
        if (body.IsDone) state = State.Head;
        return true;
    }

    /// <inheritdoc/>
    public override void Complete(StreamEnding ending, long offset)
    {
        if (ending != StreamEnding.Cut && state != State.Opaque)
        {
            if (heads.IsWithin) Output.Emit(new DecodeFault(Layer.Http, "RFC 9112 8", "The stream ends within a request's head."), new ByteRange(heads.Start, offset));
            else if (state == State.Body) Output.Emit(new DecodeFault(Layer.Http, "RFC 9112 8", "The stream ends within a request's body."), new ByteRange(offset, offset));
        }

        Close();
    }

    /// <summary>Nothing more is decoded; gives back what was held.</summary>
    public void Close()
    {
        heads.Reset();
        state = State.Opaque;
    }

    private void Take(HttpHead head, ByteRange range)
    {
        heads.Reset();
        var line = head.StartLine.Split(' ');
        if (head.StartLine == "PRI * HTTP/2.0")
        {
            Output.Emit(new Gap(Layer.Http, null, Gap.Http2), range);
            conversation.BecomeOpaque();
            Close();
            return;
        }

        var request = new HttpRequest(
            line[0], line[1], line[2], head.Fields, line[0] == "GET" && head.HasToken("Upgrade", "websocket") && head.HasToken("Connection", "upgrade"));
        Output.Emit(request, range);
        var framing = head.BodyFraming(isRequest: true);
        if (framing.Problem is { } problem)
        {
            Fail(new DecodeFault(Layer.Http, "RFC 9112 6.3", problem), range);
        }
        else if (!conversation.TryAsk(request, head.TryGet("Sec-WebSocket-Key", out var key) ? key : null))
        {
            Fail(new DecodeFault(Layer.Http, "RFC 9112 9.3.2", $"More than {HttpConversation.MaximumOutstanding} requests wait for their answers."), range);
        }
        else
        {
            body.Begin(framing);
            if (!body.IsDone) state = State.Body;
        }
    }

    private void Fail(DecodeFault fault, ByteRange range)
    {
        Output.Emit(fault, range);
        Close();
    }
}
