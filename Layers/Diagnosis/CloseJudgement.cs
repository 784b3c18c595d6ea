using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.WebSockets;

namespace RealtimeHello.Layers.Diagnosis;

/// <summary>The rules from evidence to cause, the lowest layer first, the most telling sign first.</summary>
internal static class CloseJudgement
{
    public static CloseReport Of(CloseEvidence seen, Perspective perspective)
    {
        if (seen.RelayFailure is { } failure) return new CloseReport(ClosedBy.Network, failure.AtLayer, null, CloseCauses.TargetUnreachable, failure.Reason);
        if (seen.TlsBegun && !seen.TlsDone && !seen.Requested) return TlsFailed(seen);
        if (!seen.AskedForWebSocket) return PlainHttp(seen, perspective);
        if (!seen.Upgraded) return Refused(seen, perspective);
        return OfHub(seen, perspective) ?? OfWebSocket(seen, perspective) ?? OfTcp(seen, perspective);
    }

    private static CloseReport TlsFailed(CloseEvidence seen) => new(
        seen.Alert is null || seen.AlertIsOfClient ? ClosedBy.Client : ClosedBy.Server, Layer.Tls, seen.Alert?.Code, CloseCauses.TlsFailed,
        "The TLS handshake did not finish: " + seen switch
        {
            { Alert: null } => "the client went away before it did. It may not trust the certificate.",
            // RFC 8446 6.2: what is said of a certificate.
            { AlertIsOfClient: true, Alert.Code: >= 42 and <= 48 and not 47 } => $"the client does not take the server's certificate, and said so ({seen.Alert.Description}).",
            { AlertIsOfClient: true } => $"the client broke it off ({seen.Alert.Description}).",
            _ => $"{seen.Alert.Description}.",
        });

    private static CloseReport PlainHttp(CloseEvidence seen, Perspective perspective)
    {
        var by = seen.FirstSign is ClosingSign.EndOfPeer or ClosingSign.ResetByPeer == (perspective == Perspective.Server) ? ClosedBy.Client : ClosedBy.Server;
        if (seen.CarriedHub)
        {
            var cause = by == ClosedBy.Server && seen.ServerIsStopping ? CloseCauses.ServerStopping : CloseCauses.HttpFinished;
            var why = seen.ConnectFailure is { } failure ? $"; it failed while connecting: {failure.ErrorType}: {PrintableText.OneLine(failure.Error, 160)}"
                : seen.Disconnected is { Error: { } error } ? $"; SignalR says of its end: {PrintableText.OneLine(error, 160)}" : ".";
            return new CloseReport(by, Layer.Http, null, cause, $"A connection of HTTP ended that a hub went over, {(seen.SpokeHttp2 ? "inside HTTP/2" : "by long polling or server-sent events")}{why}");
        }

        if (seen.SpokeHttp2) return new CloseReport(by, Layer.Http, null, CloseCauses.HttpFinished, "A connection of HTTP/2 ended, whose requests are not decoded.");
        if (!seen.Requested && seen.TlsDone && by == ClosedBy.Client)
        {
            return new CloseReport(
                by, Layer.Tls, null, CloseCauses.ClientClosed,
                "The client left behind the TLS handshake, before any request: it may not trust the certificate, or had only opened the connection in advance.");
        }

        if (!seen.Requested) return Unasked(seen, by);
        return seen.Unanswered
            ? Unanswered(seen, by)
            : new CloseReport(by, Layer.Http, null, CloseCauses.HttpFinished, "A plain HTTP connection ended; no WebSocket was asked for.");
    }

    private static CloseReport Unanswered(CloseEvidence seen, ClosedBy by)
    {
        if (seen.FirstSign == ClosingSign.ResetByPeer) return new CloseReport(ClosedBy.Network, Layer.Tcp, null, CloseCauses.NetworkReset, "The connection was reset before a plain HTTP request was answered.");
        if (by == ClosedBy.Client) return new CloseReport(by, Layer.Tcp, null, CloseCauses.ClientVanished, "The client went away before its plain HTTP request was answered.");
        if (seen.ServerIsStopping) return new CloseReport(by, Layer.Tcp, null, CloseCauses.ServerStopping, "The server is stopping, and ended the connection before it answered a plain HTTP request.");
        return new CloseReport(
            by, Layer.Tcp, null, CloseCauses.ServerAborted,
            seen.Abort?.Reason is { } reason
                ? $"The server cut the connection before it answered a plain HTTP request: {PrintableText.OneLine(reason, 160)}"
                : "The server ended the connection without an answer to a plain HTTP request, as a port for TLS does.");
    }

    /// <summary>There was no request, or none that could be read.</summary>
    private static CloseReport Unasked(CloseEvidence seen, ClosedBy by)
    {
        if (seen.Unasked is { } answer)
        {
            return new CloseReport(
                ClosedBy.Server, Layer.Http, answer.Status, CloseCauses.UpgradeRefused,
                $"The server answered with {answer.Status} {PrintableText.OneLine(answer.Reason, 60)}: what the client sent can't be read as a request.");
        }

        if (seen.FirstSign == ClosingSign.ResetByPeer) return new CloseReport(ClosedBy.Network, Layer.Tcp, null, CloseCauses.NetworkReset, "The connection was reset before any request.");
        if (by == ClosedBy.Client) return new CloseReport(by, Layer.Tcp, null, CloseCauses.ClientClosed, "The connection ended before any request.");
        if (seen.ServerIsStopping) return new CloseReport(by, Layer.Tcp, null, CloseCauses.ServerStopping, "The server is stopping, and ended a connection that carried no request.");
        return seen.Abort?.Reason is { } reason
            ? new CloseReport(by, Layer.Tcp, null, CloseCauses.ServerAborted, $"The server cut the connection before any request: {PrintableText.OneLine(reason, 160)}")
            : new CloseReport(by, Layer.Tcp, null, CloseCauses.ServerClosed, "The server ended the connection before any request, as when it waits for one no longer.");
    }

    private static CloseReport Refused(CloseEvidence seen, Perspective perspective)
    {
        if (seen.Refusal is { } refusal)
        {
            return new CloseReport(
                ClosedBy.Server, Layer.Http, refusal.Status, CloseCauses.UpgradeRefused,
                $"The server refused the WebSocket with {refusal.Status} {PrintableText.OneLine(refusal.Reason, 60)}{Why(refusal.Status, Refusals.Of(refusal.Body))}");
        }

        if (seen.SwitchedElsewhere)
            return new CloseReport(ClosedBy.Server, Layer.Http, 101, CloseCauses.UpgradeRefused, "The server switched to another protocol than WebSocket (101).");
        if (seen.FirstSign == ClosingSign.ResetByPeer)
            return new CloseReport(ClosedBy.Network, Layer.Tcp, null, CloseCauses.NetworkReset, "The connection was reset before the request for a WebSocket was answered.");
        return (EndedByPeer: seen.FirstSign == ClosingSign.EndOfPeer, perspective) switch
        {
            (true, Perspective.Server) => new CloseReport(
                ClosedBy.Client, Layer.Tcp, null, CloseCauses.ClientVanished, "The client went away before its request for a WebSocket was answered."),
            (false, Perspective.Client) => new CloseReport(
                ClosedBy.Client, Layer.Tcp, null, CloseCauses.ClientClosed, "The client gave up before the answer to its request for a WebSocket was complete."),
            _ => new CloseReport(
                ClosedBy.Server, Layer.Tcp, null, CloseCauses.ServerAborted, "The server ended the connection without an answer to the request for a WebSocket, as a port for TLS does with plain HTTP."),
        };
    }

    private static string Why(int status, RefusedBy by) => status switch
    {
        400 or 403 when by == RefusedBy.Host => ": it does not answer to this host name.",
        403 when by == RefusedBy.Origin => ": it does not let pages of this origin connect.",
        403 when by == RefusedBy.ProxyRule => ": a rule of a proxy's forbids it.",
        < 300 => ": it took it for a plain request. It speaks another version of WebSocket than was asked for, or the path has none.",
        400 => ": it found fault with the request, such as with its Host or with what the path expects. The body of its answer may say.",
        401 => ": nobody is signed in, or the token is no longer good.",
        403 => ": the page's origin is not allowed, or the user is not.",
        404 => ": nothing is mapped at this path.",
        426 => ": it takes WebSocket of version 13 only (RFC 6455), and the request asks for another version, is not complete, or lost its Upgrade on the way.",
        429 => ": too many requests.",
        503 => ": it is not ready, or full.",
        _ => ".",
    };

    private static CloseReport? OfHub(CloseEvidence seen, Perspective perspective)
    {
        if (seen.HandshakeError is { } refused)
        {
            return refused.Contains("canceled", StringComparison.OrdinalIgnoreCase)
                ? new CloseReport(ClosedBy.Server, Layer.SignalR, Code(seen), CloseCauses.HandshakeTimeout,
                    "The SignalR handshake did not come in time: the client sent no handshake message, or left out its end, 0x1E.")
                : new CloseReport(ClosedBy.Server, Layer.SignalR, Code(seen), CloseCauses.HandshakeRefused, $"The server refused the SignalR handshake: {PrintableText.OneLine(refused, 160)}");
        }

        if (seen.ConnectFailure is { } failure)
            return new CloseReport(ClosedBy.Server, Layer.Hub, Code(seen), CloseCauses.HubFailed, $"The hub failed while connecting: {failure.ErrorType}: {PrintableText.OneLine(failure.Error, 160)}");

        var error = seen.Disconnected?.Error ?? "";
        if (error.Contains("maximum message size", StringComparison.OrdinalIgnoreCase))
            return new CloseReport(ClosedBy.Server, Layer.SignalR, Code(seen), CloseCauses.MessageTooLarge, $"The client sent a hub message that is larger than the server takes. SignalR says: {PrintableText.OneLine(error, 160)}");
        if (error.Contains("ClientTimeoutInterval", StringComparison.Ordinal))
            return new CloseReport(ClosedBy.Server, Layer.SignalR, Code(seen), CloseCauses.KeepAliveTimeout, "The server heard nothing from the client for its client timeout, not even a keep-alive, and closed.");
        // A server says goodbye also to a client that ended first, when it is not too late for that, and may begin to stop just then.
        var allowsReconnect = seen.ServerClose is { Error: null, AllowReconnect: true } && !ClientEndedFirst(seen, perspective);
        if (seen.ServerIsStopping && (allowsReconnect || seen.ServerSaidGoodbyeFirst))
            return new CloseReport(ClosedBy.Server, Layer.SignalR, Code(seen), CloseCauses.ServerStopping, "The server is stopping; it said goodbye and allows to reconnect.");
        if (allowsReconnect)
        {
            // What only the server's own process tells of: then it would be known that it stops.
            return seen.CarriedHub
                ? new CloseReport(ClosedBy.Server, Layer.SignalR, Code(seen), CloseCauses.ServerClosed, "The server, which is not stopping, said goodbye and allows to reconnect: as when a sign-in has expired.")
                : new CloseReport(ClosedBy.Server, Layer.SignalR, Code(seen), CloseCauses.ServerStopping, "The server said goodbye and allows to reconnect: it is stopping, or a sign-in has expired.");
        }

        if (seen.ServerClose is { Error: null } && seen.ServerSaidGoodbyeFirst && seen.FirstSign == ClosingSign.CloseFrameOfServer && error.Length == 0)
            return new CloseReport(ClosedBy.Server, Layer.SignalR, Code(seen), CloseCauses.ServerAborted, "The server said goodbye with SignalR's Close message, without an error, and does not allow to reconnect: the hub called Context.Abort().");
        // What an application says to a client that it sends away; clients say goodbye in answer.
        if (seen.ServerClose is { Error: { } said } && seen.ServerSaidGoodbyeFirst && said.Contains("HubException", StringComparison.Ordinal))
            return new CloseReport(ClosedBy.Server, Layer.SignalR, Code(seen), CloseCauses.ServerClosed, $"The server closed the connection with SignalR's Close message: {PrintableText.OneLine(said, 160)}");
        if (seen.ClientClose is { Error: null } && error.Length == 0)
            return new CloseReport(ClosedBy.Client, Layer.SignalR, Code(seen), CloseCauses.ClientClosed, "The client said goodbye with SignalR's Close message.");
        if (seen.ClientClose is { Error: { } complaint } && !seen.ServerSaidGoodbyeFirst && (error.Length == 0 || error.Contains(complaint, StringComparison.Ordinal)))
            return new CloseReport(ClosedBy.Client, Layer.SignalR, Code(seen), CloseCauses.ClientClosed, $"The client closed the connection with SignalR's Close message: {PrintableText.OneLine(complaint, 160)}");
        // InvalidDataException is what SignalR's protocols throw for bytes that they can't read.
        return seen.Disconnected is { ErrorType: "InvalidDataException" } || (seen.ServerClose?.Error is not null && seen is { ClientFault: null, ClientWasCutOff: false })
            ? new CloseReport(ClosedBy.Server, Layer.SignalR, Code(seen), CloseCauses.BadMessage,
                $"The server could not read a hub message and closed. SignalR says: {PrintableText.OneLine(error.Length > 0 ? error : seen.ServerClose!.Error!, 160)}")
            : null;
    }

    private static bool ClientEndedFirst(CloseEvidence seen, Perspective perspective) =>
        seen.FirstSign == ClosingSign.CloseFrameOfClient || (seen.FirstSign is ClosingSign.EndOfPeer or ClosingSign.ResetByPeer && perspective == Perspective.Server);

    private static CloseReport? OfWebSocket(CloseEvidence seen, Perspective perspective)
    {
        // A code that finds fault is echoed: whoever sent it first is the one that complains.
        if (seen.FirstSign == ClosingSign.CloseFrameOfClient && ComplaintOf(seen.CloseFrameOfClient!, seen.ServerFault) is { } complaint) return complaint;
        if (seen.CloseFrameOfServer?.Code is 1002 or 1007)
            return new CloseReport(ClosedBy.Server, Layer.WebSocket, seen.CloseFrameOfServer.Code, CloseCauses.ProtocolError, $"The client broke the WebSocket protocol: {(seen.ClientFault ?? seen.ClientOddity)?.Reason ?? WebSocketCloseCodes.NameOf(seen.CloseFrameOfServer.Code.Value)}");
        if (seen.CloseFrameOfServer?.Code is 1009)
            return new CloseReport(ClosedBy.Server, Layer.WebSocket, 1009, CloseCauses.MessageTooLarge, "The client sent a message that is larger than the server takes.");
        if (seen.ClientFault is { } fault && seen.CloseFrameOfClient is null && !ClientEndedFirst(seen, perspective))
            return new CloseReport(ClosedBy.Server, Layer.WebSocket, Code(seen), CloseCauses.ProtocolError, $"The client broke the WebSocket protocol: {fault.Reason}");
        return seen.FirstSign switch
        {
            ClosingSign.CloseFrameOfClient => new CloseReport(
                ClosedBy.Client, Layer.WebSocket, seen.CloseFrameOfClient!.Code, CloseCauses.ClientClosed, $"The client closed the WebSocket{In(seen.CloseFrameOfClient)}."),
            ClosingSign.CloseFrameOfServer when seen.ServerIsStopping => new CloseReport(
                ClosedBy.Server, Layer.WebSocket, seen.CloseFrameOfServer!.Code, CloseCauses.ServerStopping, "The server is stopping."),
            ClosingSign.CloseFrameOfServer => new CloseReport(
                ClosedBy.Server, Layer.WebSocket, seen.CloseFrameOfServer!.Code, CloseCauses.ServerClosed, $"The server closed the WebSocket{In(seen.CloseFrameOfServer)}."),
            _ => null,
        };
    }

    /// <summary>A client that closes because of what the server sent; null: its code says nothing of the kind.</summary>
    private static CloseReport? ComplaintOf(WebSocketClose close, DecodeFault? fault) => close.Code switch
    {
        1002 or 1007 => new CloseReport(
            ClosedBy.Client, Layer.WebSocket, close.Code, CloseCauses.ProtocolError,
            $"The client closed because of what the server sent, which breaks the WebSocket protocol ({close.Code}): {fault?.Reason ?? Said(close)}"),
        1009 => new CloseReport(
            ClosedBy.Client, Layer.WebSocket, close.Code, CloseCauses.MessageTooLarge,
            $"The server sent a message that is larger than the client takes, and the client closed ({close.Code})."),
        _ => null,
    };

    private static string Said(WebSocketClose close) => close.Reason is { Length: > 0 } reason ? PrintableText.OneLine(reason, 160) : WebSocketCloseCodes.NameOf(close.Code!.Value);

    private static CloseReport OfTcp(CloseEvidence seen, Perspective perspective)
    {
        var peer = perspective == Perspective.Server ? "client" : "server";
        switch (seen.FirstSign)
        {
            case ClosingSign.ResetByPeer:
                return new CloseReport(ClosedBy.Network, Layer.Tcp, null, CloseCauses.NetworkReset, $"The TCP connection was reset (RST) without a Close frame: by the {peer}'s system or something on the way.");
            case ClosingSign.EndOfPeer:
                return perspective == Perspective.Server
                    ? new CloseReport(ClosedBy.Client, Layer.Tcp, null, CloseCauses.ClientVanished, "The client's side ended (FIN) without a Close frame: its process was killed, or something on the way gave up on it.")
                    : new CloseReport(ClosedBy.Server, Layer.Tcp, null, CloseCauses.ServerAborted, "The server's side ended (FIN) without a Close frame: its process was killed, or something on the way gave up on it.");
            default:
                if (perspective == Perspective.Client) return CutByClient(seen);
                if (seen.BacklogBytes > 0)
                    return new CloseReport(ClosedBy.Server, Layer.Tcp, null, CloseCauses.SlowReader, $"The client did not read: {seen.BacklogBytes} bytes waited for it when the server gave up.");
                if (seen.ServerIsStopping)
                    return new CloseReport(ClosedBy.Server, Layer.Tcp, null, CloseCauses.ServerStopping, "The server is stopping, and cut the connection.");
                return new CloseReport(ClosedBy.Server, Layer.Tcp, null, CloseCauses.ServerAborted, "The server cut the connection" + (seen.Abort?.Reason is { } reason ? $": {PrintableText.OneLine(reason, 160)}" : "."));
        }
    }

    private static CloseReport CutByClient(CloseEvidence seen) => seen.ServerFault is { } fault
        ? new CloseReport(ClosedBy.Client, fault.AtLayer, null, CloseCauses.ProtocolError, $"The server broke the WebSocket protocol, and the client cut the connection: {fault.Reason}")
        : new CloseReport(ClosedBy.Client, Layer.Tcp, null, CloseCauses.ClientVanished, "The client cut the connection without a Close frame" + (seen.Abort?.Reason is { } reason ? $": {PrintableText.OneLine(reason, 160)}" : "."));

    private static string In(WebSocketClose close) => close.Code is { } code ? $" ({code}{(code == 1001 ? ", going away: as when a page is left, or a program stops" : "")})" : "";

    private static int? Code(CloseEvidence seen) => seen.CloseFrameOfServer?.Code ?? seen.CloseFrameOfClient?.Code;
}
