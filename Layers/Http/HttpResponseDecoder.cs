using System.Globalization;
using System.Text;
using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Layers.Http;

/// <summary>
/// The server's direction of an HTTP/1.1 connection: answers in the order of the requests, up to a 101.
/// <code>
/// Head -> (1xx: Head) -> (body: Body -> Head)
/// Head -> (refuses a WebSocket: RefusalBody -> Body -> Head; the refusal is told when enough of its body is there)
/// Head -> (101: Opaque, and replaced by a WebSocketFrameDecoder)
/// any  -> (fault, another protocol: Opaque)
/// </code>
/// </summary>
/// <remarks>https://www.rfc-editor.org/rfc/rfc9112#section-4</remarks>
internal sealed class HttpResponseDecoder(ILayerOutput output, HttpConversation conversation, DecoderLimits limits) : PlainDecoder(output)
{
    private readonly HttpHeadReader heads = new(isRequest: false, limits);
    private readonly HttpBodyReader body = new(limits);
    private HttpRefused? refusal;
    private PooledBytes refusalBody;
    private ByteRange refusalRange;
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
        State.Body when body.IsContent => refusal is null ? PlainPhase.Body : PlainPhase.RefusalBody,
        _ => PlainPhase.Head,
    };

    /// <inheritdoc/>
    public override int Advance(ReadOnlySpan<byte> bytes, long offset)
    {
        if (state == State.Body) return ReadBody(bytes, offset);

        var count = heads.Read(bytes, offset, out var head);
        if (head is not null) Take(head, new ByteRange(heads.Start, offset + count));
        else if (heads.Fault is { } fault) Fail(fault.Detail, fault.Range);
        return count;
    }

    /// <inheritdoc/>
    public override bool TrySkip(long count, long offset)
    {
        if (state != State.Body || body.ContentOf(count) != count) return false;
        Refuse();
        body.Skip(count);
        if (body.IsDone) state = State.Head;
        return true;
    }

    /// <inheritdoc/>
    public override void Complete(StreamEnding ending, long offset)
    {
        if (ending != StreamEnding.Cut && state != State.Opaque)
        {
            if (heads.IsWithin) Output.Emit(new DecodeFault(Layer.Http, "RFC 9112 8", "The stream ends within a response's head.") { IsCutOff = true }, new ByteRange(heads.Start, offset));
            else if (state == State.Body && !body.EndsWithConnection) Output.Emit(new DecodeFault(Layer.Http, "RFC 9112 8", "The stream ends within a response's body.") { IsCutOff = true }, new ByteRange(offset, offset));
        }

        Close();
    }

    private int ReadBody(ReadOnlySpan<byte> bytes, long offset)
    {
        var isContent = body.IsContent;
        if (refusal is not null && isContent) bytes = bytes[..Math.Min(bytes.Length, limits.RefusalBodyBytes - refusalBody.Length)];
        var read = body.Read(bytes);
        if (refusal is not null && isContent)
        {
            refusalBody.Append(bytes[..read]);
            refusalRange = refusalRange with { End = offset + read };
            if (refusalBody.Length == limits.RefusalBodyBytes) Refuse();
        }

        if (body.Fault is { } broken)
        {
            Fail(broken, new ByteRange(offset + read - 1, offset + read));
        }
        else if (body.IsDone)
        {
            Refuse();
            state = State.Head;
        }

        return read;
    }

    private void Take(HttpHead head, ByteRange range)
    {
        heads.Reset();
        var version = head.StartLine[..8];
        var status = int.Parse(head.StartLine.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture);
        var reason = head.StartLine.Length > 13 ? head.StartLine[13..] : "";

        if (status == 101)
        {
            TakeSwitch(head, range, version, reason);
            return;
        }

        if (status < 200)
        {
            Output.Emit(new HttpResponse(status, reason, version, head.Fields), range);
            return;
        }

        var request = conversation.Answer();
        if (request is { AsksForWebSocket: true })
        {
            refusal = new HttpRefused(status, reason, version, head.Fields, null);
            refusalRange = range;
        }
        else
        {
            Output.Emit(new HttpResponse(status, reason, version, head.Fields), range);
        }

        if (request is { Method: "CONNECT" } && status < 300)
        {
            Output.Emit(new Gap(Layer.Http, null, "this is a tunnel, whose bytes are not decoded"), range);
            conversation.BecomeOpaque();
            Close();
            return;
        }

        BeginBody(head, request is { Method: "HEAD" } || status is 204 or 304 ? HttpBodyFraming.None : head.BodyFraming(isRequest: false), range);
    }

    private void TakeSwitch(HttpHead head, ByteRange range, string version, string reason)
    {
        var request = conversation.Answer();
        if (head.HasToken("Upgrade", "websocket") && request is null or { AsksForWebSocket: true })
        {
            var upgraded = new HttpUpgraded(
                head.Fields,
                head.TryGet("Sec-WebSocket-Protocol", out var subprotocol) ? subprotocol : null,
                head.TryGet("Sec-WebSocket-Extensions", out var extensions) ? extensions : null);
            Output.Emit(upgraded, range);
            if (WebSocketAgreement.ProblemOf(request?.Key, head, upgraded.Extensions) is { } problem) Output.Emit(problem, range);
            conversation.BecomeWebSocket(upgraded);
        }
        else
        {
            Output.Emit(new HttpResponse(101, reason, version, head.Fields), range);
            Output.Emit(new Gap(Layer.Http, null, "the connection switches to a protocol that is not decoded"), range);
            conversation.BecomeOpaque();
        }

        Close();
    }

    private void BeginBody(HttpHead head, HttpBodyFraming framing, ByteRange range)
    {
        if (framing.Problem is { } problem)
        {
            Fail(new DecodeFault(Layer.Http, "RFC 9112 6.3", problem), range);
            return;
        }

        body.Begin(framing);
        if (!body.IsDone) state = State.Body;
        // What can't be shown as text is not gathered, nor what is no refusal's: the answer of an API may hold a token.
        if (body.IsDone || limits.RefusalBodyBytes <= 0 || head.TryGet("Content-Encoding", out _) || !SaysWhy(head, refusal?.Status)) Refuse();
    }

    /// <summary>An error, or a page or text that came in place of the WebSocket.</summary>
    private static bool SaysWhy(HttpHead head, int? status) =>
        status >= 400 || (head.TryGet("Content-Type", out var type) && (type.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) || type.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase)));

    /// <summary>Tells the refusal that was found, with as much of its body as there is.</summary>
    private void Refuse()
    {
        if (refusal is not { } found) return;
        Output.Emit(refusalBody.Length == 0 ? found : found with { Body = Encoding.UTF8.GetString(refusalBody.Span) }, refusalRange);
        refusal = null;
        refusalBody.Clear();
    }

    private void Fail(DecodeFault fault, ByteRange range)
    {
        Refuse();
        Output.Emit(fault, range);
        Close();
    }

    private void Close()
    {
        Refuse();
        heads.Reset();
        state = State.Opaque;
    }
}
