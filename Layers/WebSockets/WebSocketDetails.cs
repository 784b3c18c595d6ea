namespace RealtimeHello.Layers.WebSockets;

/// <summary>A fact of the WebSocket protocol (RFC 6455).</summary>
public abstract record WebSocketDetail : LayerDetail
{
    /// <inheritdoc/>
    public override Layer Layer => Layer.WebSocket;
}

/// <summary>A data frame's header; the event's range is the whole frame.</summary>
public sealed record WebSocketFrame(WebSocketFrameHeader Header) : WebSocketDetail
{
    /// <inheritdoc/>
    public override string Kind => "frame";

    /// <inheritdoc/>
    public override string Summary => $"{Header}";
}

/// <summary>A complete message: one frame, or several. Of several it is there with the last, and its range, and with it its place among the events, begins with the first.</summary>
/// <param name="Opcode">Text or binary.</param>
/// <param name="Frames">How many frames it came in.</param>
/// <param name="Length">Bytes, after decompression.</param>
/// <param name="CompressedLength">Bytes before decompression; null when it was not compressed.</param>
/// <param name="Text">The beginning of a text message.</param>
/// <param name="Hex">The beginning of a binary message, as hexadecimal digits.</param>
public sealed record WebSocketMessage(
    WebSocketOpcode Opcode, int Frames, long Length, long? CompressedLength, string? Text, string? Hex) : WebSocketDetail
{
    /// <inheritdoc/>
    public override string Kind => "message";

    /// <inheritdoc/>
    public override string Summary => $"{(Opcode == WebSocketOpcode.Text ? "text" : "binary")}, {Length} B"
        + (Frames == 1 ? "" : $" from {Frames} frames, complete with the last")
        + (CompressedLength is { } compressed ? $", {compressed} B compressed" : "")
        + ((Text ?? Hex) is { } shown ? $": {PrintableText.OneLine(shown, 80)}" : "");
}

/// <summary>RFC 6455 5.5.2.</summary>
public sealed record WebSocketPing(WebSocketFrameHeader Header, string Hex) : WebSocketDetail
{
    /// <inheritdoc/>
    public override string Kind => "ping";

    /// <inheritdoc/>
    public override string Summary => Hex.Length == 0 ? "ping" : $"ping {Hex}";
}

/// <summary>RFC 6455 5.5.3.</summary>
public sealed record WebSocketPong(WebSocketFrameHeader Header, string Hex) : WebSocketDetail
{
    /// <inheritdoc/>
    public override string Kind => "pong";

    /// <inheritdoc/>
    public override string Summary => Hex.Length == 0 ? "pong" : $"pong {Hex}";
}

/// <summary>RFC 6455 5.5.1 and 7.4.</summary>
/// <param name="Header">The frame's header.</param>
/// <param name="Code">The close code; null when the frame carried none.</param>
/// <param name="Reason">The reason, if the frame carried one.</param>
public sealed record WebSocketClose(WebSocketFrameHeader Header, int? Code, string? Reason) : WebSocketDetail
{
    /// <inheritdoc/>
    public override string Kind => "close";

    /// <inheritdoc/>
    public override string Summary => "close" + (Code is { } code ? $" {code} {WebSocketCloseCodes.NameOf(code)}" : " without a code")
        + (string.IsNullOrEmpty(Reason) ? "" : $": {PrintableText.OneLine(Reason, 123)}");
}
