namespace RealtimeHello.Layers.Http;

/// <summary>A fact of HTTP/1.1 (RFC 9112).</summary>
public abstract record HttpDetail : LayerDetail
{
    /// <inheritdoc/>
    public override Layer Layer => Layer.Http;
}

/// <summary>One header field, as it was sent; secrets are masked with <c>*</c>.</summary>
public sealed record HttpHeader(string Name, string Value);

/// <summary>A request's head.</summary>
/// <param name="Method">Such as GET.</param>
/// <param name="Target">Path and query, secrets masked.</param>
/// <param name="Version">Such as HTTP/1.1.</param>
/// <param name="Headers">In the order of the wire, at most as many as the decoder's limit.</param>
/// <param name="AsksForWebSocket">It is a GET with <c>Upgrade: websocket</c> and <c>Connection: upgrade</c> (RFC 6455 4.1).</param>
public sealed record HttpRequest(
    string Method, string Target, string Version, IReadOnlyList<HttpHeader> Headers, bool AsksForWebSocket) : HttpDetail
{
    /// <inheritdoc/>
    public override string Kind => "request";

    /// <inheritdoc/>
    public override string Summary => $"{Method} {PrintableText.OneLine(PrintableText.WithShortMasks(Target), 100)} {Version}" + (AsksForWebSocket ? ", asks for a WebSocket" : "");

    /// <summary>The target without its query.</summary>
    public string Path => Target.IndexOf('?', StringComparison.Ordinal) is var at and >= 0 ? Target[..at] : Target;
}

/// <summary>A proxy that this server trusts named the client that it asks for.</summary>
/// <param name="Client">The client's address.</param>
/// <param name="Proxy">The address and port of the proxy, which the connection itself comes from.</param>
public sealed record HttpForwarded(string Client, string Proxy) : HttpDetail
{
    /// <inheritdoc/>
    public override string Kind => "forwarded";

    /// <inheritdoc/>
    public override string Summary => $"for the client {Client}, by the proxy {Proxy}";
}

/// <summary>A response's head, other than the answer to a request for a WebSocket.</summary>
public sealed record HttpResponse(int Status, string Reason, string Version, IReadOnlyList<HttpHeader> Headers) : HttpDetail
{
    /// <inheritdoc/>
    public override string Kind => "response";

    /// <inheritdoc/>
    public override string Summary => $"{Version} {Status} {PrintableText.OneLine(Reason, 80)}";
}

/// <summary>101: the connection is a WebSocket from here on.</summary>
/// <param name="Headers">The answer's header fields.</param>
/// <param name="Subprotocol">Sec-WebSocket-Protocol, if one was chosen.</param>
/// <param name="Extensions">Sec-WebSocket-Extensions, if any were agreed.</param>
public sealed record HttpUpgraded(IReadOnlyList<HttpHeader> Headers, string? Subprotocol, string? Extensions) : HttpDetail
{
    /// <inheritdoc/>
    public override string Kind => "upgraded";

    /// <inheritdoc/>
    public override string Summary => "101 Switching Protocols"
        + (Subprotocol is null ? "" : $", subprotocol {PrintableText.OneLine(Subprotocol, 60)}")
        + (Extensions is null ? "" : $", {PrintableText.OneLine(Extensions, 100)}");
}

/// <summary>A request for a WebSocket was answered with something else than 101.</summary>
/// <param name="Status">The answer's status.</param>
/// <param name="Reason">The answer's reason phrase.</param>
/// <param name="Version">Such as HTTP/1.1.</param>
/// <param name="Headers">The answer's header fields.</param>
/// <param name="Body">The beginning of the answer's body, as text, if it had one.</param>
public sealed record HttpRefused(int Status, string Reason, string Version, IReadOnlyList<HttpHeader> Headers, string? Body) : HttpDetail
{
    /// <inheritdoc/>
    public override string Kind => "refused";

    /// <inheritdoc/>
    public override string Summary => $"no WebSocket: {Status} {PrintableText.OneLine(Reason, 80)}";
}
