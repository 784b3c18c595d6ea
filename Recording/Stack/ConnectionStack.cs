using RealtimeHello.Layers;
using RealtimeHello.Layers.Application;
using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.Hubs;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Layers.Tls;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Recording.Stack;

/// <summary>
/// What the recorder keeps of each layer so that a connection's stack can be drawn without decoding anything: the outcome of each handshake,
/// the goodbyes, the hub and its groups. Small, and bounded. The recorder writes it under the record's lock.
/// </summary>
internal sealed class ConnectionStack(ConnectionRecord record)
{
    private const string Elsewhere = "what the server does is not seen here, where its connections only pass";

    /// <summary>Names of groups kept; of more only the number is known.</summary>
    private const int MostGroups = 32;

    /// <summary>Characters of a path that is kept: of what is longer nothing is, since no budget counts it.</summary>
    private const int LongestPath = 256;

    private TlsHandshake? tls;
    private bool tlsBegun;
    private bool requested;
    private bool http2;
    private short statusOr0;
    private string? askedProtocol;
    private HubConnected? hub;

    /// <summary>Of requests that no WebSocket came of; null: none such came.</summary>
    private PlainPaths? paths;
    private bool hubIsOver;
    private List<string>? groups;
    private int groupCount;
    private Told? told;
    private bool halfClosedByPeer;
    private bool halfClosedHere;
    private bool reset;
    private Trouble? trouble;

    /// <summary>A hub accepted the connection, or came over to it.</summary>
    public bool HasHub => Volatile.Read(ref hub) is not null;

    /// <summary>SignalR's own id of the connection of the hub that went over this one last; null: none did.</summary>
    public string? HubConnectionId => Volatile.Read(ref hub)?.HubConnectionId;

    /// <summary>The path of the request that a hub came with for which there is no WebSocket, as a poll; null: there is none.</summary>
    public string? HubPath => Volatile.Read(ref paths)?.Hub;

    /// <summary>HTTP/2 was spoken.</summary>
    public bool IsHttp2 => http2;

    /// <summary>Takes note of an event of lifecycle depth, or a local fact of any.</summary>
    public void Observe(LayerDetail detail, Direction direction)
    {
        switch (detail)
        {
            case TcpHalfClosed { ByPeer: true }: halfClosedByPeer = true; break;
            case TcpHalfClosed: halfClosedHere = true; break;
            case TcpReset: reset = true; break;
            case TlsClientHello: tlsBegun = true; break;
            case TlsHandshake handshake: tls = handshake; break;
            case TlsAlert found: Noted.Alert ??= found; break;
            case HttpRequest request:
                requested = true;
                (paths ??= new PlainPaths()).Request = request.Path is { Length: <= LongestPath } path ? path : null;
                break;
            case HttpResponse response: Status = response.Status; break;
            case HttpUpgraded:
                Status = 101;
                // What hubs over the same connection did before is not this one's.
                ForgetHub();
                if (trouble is not null) trouble.HubFailure = null;
                break;
            case HttpRefused refused: Noted.Refusal = refused.Status; break;
            case WebSocketClose close when direction == Direction.Received: Noted.CloseReceived ??= close; break;
            case WebSocketClose close: Noted.CloseSent ??= close; break;
            case HandshakeRequest request: askedProtocol = request.Protocol; break;
            case HandshakeResponse { Error: { } error }: Noted.HandshakeError = error; break;
            case HubConnected connected:
                hub = connected;
                paths?.HubCame();
                break;
            case HubContinued on:
                (hub, hubIsOver) = (new HubConnected(on.Hub, on.HubConnectionId, on.User, on.Protocol), false);
                paths?.HubCame();
                break;
            case HubFailed { Method: "OnConnectedAsync" } failed: Noted.HubFailure = failed; break;
            case HubGroupJoined joined: Join(joined.Group); break;
            case HubGroupLeft left: Leave(left.Group); break;
            case HubDisconnected: hubIsOver = true; break;
            case Gap { Reason: Gap.Http2 }: http2 = true; break;
            case DecodeFault found: Noted.Fault ??= found; break;
            case ApplicationFact fact:
                told ??= new Told();
                told.Fact = fact;
                told.Facts++;
                break;
        }
    }

    /// <summary>What earlier requests on the connection brought about may be somebody else's: of them nothing stays but the socket's own state and TLS.</summary>
    public void LeaveOutWhatCameBefore()
    {
        ForgetHub();
        told = null;
        trouble = trouble?.Alert is { } alert ? new Trouble { Alert = alert } : null;
    }

    /// <summary>The layers from the socket to the application. The caller holds the record's lock.</summary>
    public IReadOnlyList<LayerState> Read(ConnectionCounters counters) =>
        [Tcp(), Tls(), Http(), WebSocket(counters), SignalR(counters), Hub(counters), Application()];

    private bool IsOver => record.Close is not null;

    private LayerState Tcp() => Of(
        Layer.Tcp,
        IsOver ? LayerCondition.Closed : reset || halfClosedByPeer || halfClosedHere ? LayerCondition.Closing : LayerCondition.Open,
        reset ? "reset"
            : halfClosedByPeer && halfClosedHere ? "both sides sent FIN"
            : halfClosedByPeer ? "the peer sends no more (FIN)"
            : halfClosedHere ? "this side sends no more (FIN)"
            : IsOver ? "closed" : $"{record.Remote} to {record.Local}",
        ("remote", record.Remote),
        ("local", record.Local));

    private LayerState Tls()
    {
        if (trouble?.Alert is { } alert) return Of(Layer.Tls, LayerCondition.Failed, $"alert: {alert.Description}", ("alert", alert.Description));
        if (tls is null && !record.IsSecure) return Of(Layer.Tls, LayerCondition.Absent, "not encrypted");
        if (tls is null)
        {
            return Of(
                Layer.Tls,
                IsOver ? LayerCondition.Failed : tlsBegun ? LayerCondition.Opening : LayerCondition.Waiting,
                IsOver ? "the handshake was not finished" : "handshake");
        }

        return Of(
            Layer.Tls, WhileOpen(LayerCondition.Open), tls.Summary,
            ("version", tls.Version), ("cipherSuite", tls.CipherSuite), ("applicationProtocol", tls.ApplicationProtocol), ("serverName", tls.ServerName));
    }

    private LayerState Http()
    {
        if (http2) return Of(Layer.Http, LayerCondition.Unseen, "HTTP/2, whose frames are not decoded", ("version", "HTTP/2"));
        if (trouble?.Fault is { AtLayer: Layer.Http } fault) return Of(Layer.Http, LayerCondition.Failed, fault.Summary, ("path", record.Path), ("status", Status));
        (string, object?)[] detail = [("path", record.Path), ("status", trouble?.Refusal ?? Status), ("subprotocol", record.Facts.Subprotocol), ("extensions", record.Facts.Extensions)];
        if (record.Client is { } client) detail = [.. detail, ("client", client)];
        if (record.Facts.Upgraded) return Of(Layer.Http, WhileOpen(LayerCondition.Open), "101, upgraded to a WebSocket", detail);
        // What else is asked on the same connection, by a proxy that uses it on, changes nothing about that.
        if (trouble?.Refusal is { } refusal) return Of(Layer.Http, LayerCondition.Failed, $"{refusal}, no WebSocket", detail);
        return requested
            ? Of(Layer.Http, WhileOpen(Status is null ? LayerCondition.Opening : LayerCondition.Open), Status is null ? "asked, no answer yet" : $"answered {Status}", detail)
            : Of(Layer.Http, NotReached, "no request", detail);
    }

    private LayerState WebSocket(ConnectionCounters counters)
    {
        if (http2) return Of(Layer.WebSocket, LayerCondition.Unseen, "inside HTTP/2 (RFC 8441), whose frames are not decoded");
        if (!record.Facts.Upgraded) return Of(Layer.WebSocket, NotReached, "not upgraded");
        var (closeReceived, closeSent) = (trouble?.CloseReceived, trouble?.CloseSent);
        (string, object?)[] detail =
        [
            ("framesReceived", counters.FramesReceived), ("framesSent", counters.FramesSent),
            ("closeCodeReceived", closeReceived?.Code), ("closeCodeSent", closeSent?.Code), ("extensions", record.Facts.Extensions),
        ];
        if (trouble?.Fault is { AtLayer: Layer.WebSocket } fault) return Of(Layer.WebSocket, LayerCondition.Failed, fault.Summary, detail);
        var goodbye = (closeReceived, closeSent) switch
        {
            (null, null) => IsOver ? "ended without a Close frame" : "open",
            (not null, null) => $"Close {CodeOf(closeReceived)} received",
            (null, not null) => $"Close {CodeOf(closeSent)} sent",
            _ => $"Close {CodeOf(closeReceived)} received, {CodeOf(closeSent)} sent",
        };
        var state = closeReceived is null && closeSent is null ? LayerCondition.Open
            : closeReceived is not null && closeSent is not null ? LayerCondition.Closed
            : LayerCondition.Closing;
        return Of(Layer.WebSocket, WhileOpen(state), goodbye, detail);
    }

    private LayerState SignalR(ConnectionCounters counters)
    {
        (string, object?)[] detail =
        [
            ("protocol", record.Facts.HubProtocol ?? askedProtocol),
            ("hubMessagesReceived", counters.HubMessagesReceived), ("hubMessagesSent", counters.HubMessagesSent),
        ];
        if (trouble?.HandshakeError is { } handshakeError) return Of(Layer.SignalR, LayerCondition.Failed, $"handshake refused: {PrintableText.OneLine(handshakeError, 160)}", detail);
        if (trouble?.Fault is { AtLayer: Layer.SignalR } fault) return Of(Layer.SignalR, LayerCondition.Failed, fault.Summary, detail);
        if (record.Facts.IsNotSignalR) return Of(Layer.SignalR, LayerCondition.Absent, "another protocol, or none");
        if (record.Facts.HubProtocol is { } protocol) return Of(Layer.SignalR, WhileOpen(LayerCondition.Open), $"hub protocol {PrintableText.OneLine(protocol, 40)}", detail);
        if (askedProtocol is not null) return Of(Layer.SignalR, WhileOpen(LayerCondition.Opening), $"asked for {PrintableText.OneLine(askedProtocol, 40)}, no answer yet", detail);
        if (hub is not null && !http2) return Of(Layer.SignalR, LayerCondition.Unseen, "in bodies of HTTP, by long polling or server-sent events, which are not recorded");
        return http2
            ? Of(Layer.SignalR, LayerCondition.Unseen, "inside HTTP/2, whose frames are not decoded")
            : Of(Layer.SignalR, NotReached, "no handshake", detail);
    }

    private LayerState Hub(ConnectionCounters counters)
    {
        if (hub is null) return Of(Layer.Hub, record.Facts.IsNotSignalR ? LayerCondition.Absent : Untold, record.SeesApplication ? "no hub" : Elsewhere);
        (string, object?)[] detail =
        [
            ("hub", hub.Hub), ("connectionId", hub.HubConnectionId), ("user", hub.User), ("protocol", hub.Protocol), ("invocations", counters.Invocations),
            ("groups", groups?.ToArray() ?? []), ("groupCount", groupCount),
        ];
        if (trouble?.HubFailure is { } hubFailure) return Of(Layer.Hub, LayerCondition.Failed, hubFailure.Summary, detail);
        var where = groupCount == 0 ? "" : $", in {groupCount} group{(groupCount == 1 ? "" : "s")}";
        if (IsOver && !hubIsOver && !record.Facts.Upgraded) where += "; it ended, or goes on over another connection";
        return Of(Layer.Hub, hubIsOver ? LayerCondition.Closed : WhileOpen(LayerCondition.Open), hub.Summary + where, detail);
    }

    private LayerState Application() => told is not { Fact: { } last } all
        ? Of(Layer.Application, Untold, record.SeesApplication ? "told nothing" : Elsewhere)
        : Of(Layer.Application, WhileOpen(LayerCondition.Open), $"{PrintableText.OneLine(last.Name, 40)}: {last.Summary}", ("events", all.Facts), ("last", last.Name));

    /// <summary>Of the last answer; three digits.</summary>
    private int? Status
    {
        get => statusOr0 == 0 ? null : statusOr0;
        set => statusOr0 = (short)(value ?? 0);
    }

    private LayerCondition Untold => record.SeesApplication ? NotReached : LayerCondition.Unseen;

    private LayerCondition NotReached => IsOver ? LayerCondition.Absent : LayerCondition.Waiting;

    private LayerCondition WhileOpen(LayerCondition state) => IsOver ? LayerCondition.Closed : state;

    private void ForgetHub() => (hub, paths, hubIsOver, groups, groupCount) = (null, null, false, null, 0);

    private void Join(string group)
    {
        if (groups?.Contains(group) == true) return;
        groupCount++;
        groups ??= [];
        if (groups.Count < MostGroups) groups.Add(group);
    }

    private void Leave(string group)
    {
        if (groups?.Remove(group) == true || groupCount > MostGroups) groupCount--;
    }

    private Trouble Noted => trouble ??= new Trouble();

    private static string CodeOf(WebSocketClose close) => close.Code is { } code ? $"{code}" : "without a code";

    private static LayerState Of(Layer layer, LayerCondition state, string summary, params ReadOnlySpan<(string Name, object? Value)> detail)
    {
        var values = new Dictionary<string, object?>(detail.Length);
        foreach (var (name, value) in detail) values[name] = value;
        return new LayerState(layer, state, summary, values);
    }

    /// <summary>What the application told last, and how much it told: of an idle connection nothing.</summary>
    private sealed class Told
    {
        public ApplicationFact? Fact { get; set; }

        public long Facts { get; set; }
    }

    /// <summary>Paths of requests that no WebSocket came of: an idle WebSocket has none.</summary>
    private sealed class PlainPaths
    {
        public string? Request { get; set; }

        public string? Hub { get; private set; }

        /// <summary>A hub came with the last request.</summary>
        public void HubCame() => Hub = Request;
    }

    /// <summary>What a connection that is open and well has none of.</summary>
    private sealed class Trouble
    {
        public TlsAlert? Alert { get; set; }

        public int? Refusal { get; set; }

        public string? HandshakeError { get; set; }

        public WebSocketClose? CloseReceived { get; set; }

        public WebSocketClose? CloseSent { get; set; }

        public HubFailed? HubFailure { get; set; }

        public DecodeFault? Fault { get; set; }
    }
}
