using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.Hubs;
using RealtimeHello.Layers.Relays;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Layers.Tls;
using RealtimeHello.Layers.WebSockets;

namespace RealtimeHello.Layers.Diagnosis;

/// <summary>
/// What the layers of one connection saw that bears on why it ended. SignalR closes with code 1000 for nearly everything, so the cause is worked
/// out from the hub message before the Close frame, the hub's own exception, and which side's ending came first.
/// </summary>
public sealed class CloseEvidence(Perspective perspective)
{
    private ClosingSign? first;
    private Trouble? trouble;

    /// <summary>Bytes that were handed to the connection and not taken by the peer when it ended.</summary>
    public long BacklogBytes
    {
        get => trouble?.BacklogBytes ?? 0;
        set
        {
            if (value != BacklogBytes) Noted.BacklogBytes = value;
        }
    }

    /// <summary>The server's process was stopping.</summary>
    public bool ServerIsStopping { get; set; }

    internal bool TlsBegun { get; private set; }

    internal bool TlsDone { get; private set; }

    internal bool Requested { get; private set; }

    /// <summary>No answer came behind the last request, nor anything that can't be read as one.</summary>
    internal bool Unanswered { get; private set; }

    internal bool AskedForWebSocket { get; private set; }

    internal bool Upgraded { get; private set; }

    /// <summary>A request for a WebSocket was answered with 101, for something else.</summary>
    internal bool SwitchedElsewhere { get; private set; }

    /// <summary>HTTP/2 was spoken, whose requests are not decoded.</summary>
    internal bool SpokeHttp2 { get; private set; }

    /// <summary>A hub went over it, as the server's own process tells; who watches from outside does not know of it.</summary>
    internal bool CarriedHub { get; private set; }

    /// <summary>An answer of at least 400 that came before any request that could be read.</summary>
    internal HttpResponse? Unasked => trouble?.Unasked;

    internal TlsAlert? Alert => trouble?.Alert;

    internal bool AlertIsOfClient => trouble?.AlertIsOfClient ?? false;

    internal HttpRefused? Refusal => trouble?.Refusal;

    internal string? HandshakeError => trouble?.HandshakeError;

    internal CloseMessage? ServerClose => trouble?.ServerClose;

    /// <summary>SignalR's Close message of the server came before the client's, if that one came at all.</summary>
    internal bool ServerSaidGoodbyeFirst => trouble?.ServerSaidGoodbyeFirst ?? false;

    internal CloseMessage? ClientClose => trouble?.ClientClose;

    internal WebSocketClose? CloseFrameOfClient => trouble?.CloseFrameOfClient;

    internal WebSocketClose? CloseFrameOfServer => trouble?.CloseFrameOfServer;

    internal HubFailed? ConnectFailure => trouble?.ConnectFailure;

    internal HubDisconnected? Disconnected => trouble?.Disconnected;

    internal TcpReset? Abort => trouble?.Abort;

    /// <summary>What a server may end the connection for; neither that the stream was cut nor what servers bear.</summary>
    internal DecodeFault? ClientFault => trouble?.ClientFault;

    /// <summary>A rule that the client broke and servers bear. None ends a connection for it that does not say so.</summary>
    internal DecodeFault? ClientOddity => trouble?.ClientOddity;

    /// <summary>The client's stream ended within a frame or a message.</summary>
    internal bool ClientWasCutOff => trouble?.ClientWasCutOff ?? false;

    internal DecodeFault? ServerFault => trouble?.ServerFault;

    internal RelayFailed? RelayFailure => trouble?.RelayFailure;

    private Trouble Noted => trouble ??= new Trouble();

    /// <summary>The first thing seen that ends a WebSocket.</summary>
    internal ClosingSign? FirstSign => first;

    /// <summary>Takes note of an event, in the order of the wire.</summary>
    public void Observe(LayerDetail detail, Direction direction)
    {
        var fromClient = perspective == Perspective.Server ? direction == Direction.Received : direction == Direction.Sent;
        CarriedHub |= detail is HubDetail;
        if (detail is HttpResponse { Status: >= 200 or 101 } || (detail is DecodeFault { AtLayer: Layer.Http } && !fromClient)) Unanswered = false;
        switch (detail)
        {
            case TlsClientHello: TlsBegun = true; break;
            case TlsHandshake: TlsBegun = TlsDone = true; break;
            case TlsAlert alert:
                // A warning does not end a handshake, and what answers a fatal alert didn't either.
                if (Alert is not { Level: 2 }) (Noted.Alert, Noted.AlertIsOfClient) = (alert, fromClient);
                break;
            case HttpRequest request:
                Requested = Unanswered = true;
                AskedForWebSocket |= request.AsksForWebSocket;
                break;
            case HttpUpgraded:
                Upgraded = true;
                // What hubs by long polling, or requests that were refused, did on the same connection before is no cause of this one's end.
                CarriedHub = false;
                if (trouble is not null) (trouble.ConnectFailure, trouble.Disconnected, trouble.Refusal) = (null, null, null);
                break;
            case Gap { Reason: Gap.Http2 }: SpokeHttp2 = true; break;
            case HttpResponse { Status: 101 } when AskedForWebSocket: SwitchedElsewhere = true; break;
            case HttpResponse { Status: >= 400 } answer when !Requested: Noted.Unasked ??= answer; break;
            case HttpRefused refused: Noted.Refusal = refused; break;
            case HandshakeResponse { Error: { } error }: Noted.HandshakeError = error; break;
            case CloseMessage close when fromClient: Noted.ClientClose = close; break;
            case CloseMessage close:
                Noted.ServerSaidGoodbyeFirst |= Noted.ClientClose is null;
                Noted.ServerClose ??= close;
                break;
            case WebSocketClose close when fromClient:
                Noted.CloseFrameOfClient ??= close;
                first ??= ClosingSign.CloseFrameOfClient;
                break;
            case WebSocketClose close:
                Noted.CloseFrameOfServer ??= close;
                first ??= ClosingSign.CloseFrameOfServer;
                break;
            case HubFailed { Method: "OnConnectedAsync" } failure: Noted.ConnectFailure = failure; break;
            case HubDisconnected disconnected: Noted.Disconnected = disconnected; break;
            case DecodeFault { AtLayer: Layer.WebSocket, IsCutOff: true } when fromClient: Noted.ClientWasCutOff = true; break;
            case DecodeFault { AtLayer: Layer.WebSocket, IsHarmless: true } oddity when fromClient: Noted.ClientOddity ??= oddity; break;
            case DecodeFault { AtLayer: Layer.WebSocket } fault when fromClient: Noted.ClientFault ??= fault; break;
            case DecodeFault { AtLayer: Layer.WebSocket or Layer.Http, IsCutOff: false, IsHarmless: false } fault when !fromClient: Noted.ServerFault ??= fault; break;
            case RelayFailed failure: Noted.RelayFailure = failure; break;
            case TcpReset { ByPeer: true }: first ??= ClosingSign.ResetByPeer; break;
            case TcpReset abort:
                Noted.Abort ??= abort;
                first ??= ClosingSign.Abort;
                break;
            case TcpHalfClosed { ByPeer: true }: first ??= ClosingSign.EndOfPeer; break;
            case TcpHalfClosed: first ??= ClosingSign.EndOfThisSide; break;
        }
    }

    /// <summary>Who closed the connection, at which layer, and why, as far as was seen.</summary>
    public CloseReport Judge() => CloseJudgement.Of(this, perspective);

    /// <summary>What a connection that is open and well has none of.</summary>
    private sealed class Trouble
    {
        public long BacklogBytes { get; set; }

        public HttpResponse? Unasked { get; set; }

        public TlsAlert? Alert { get; set; }

        public bool AlertIsOfClient { get; set; }

        public HttpRefused? Refusal { get; set; }

        public string? HandshakeError { get; set; }

        public CloseMessage? ServerClose { get; set; }

        public bool ServerSaidGoodbyeFirst { get; set; }

        public CloseMessage? ClientClose { get; set; }

        public WebSocketClose? CloseFrameOfClient { get; set; }

        public WebSocketClose? CloseFrameOfServer { get; set; }

        public HubFailed? ConnectFailure { get; set; }

        public HubDisconnected? Disconnected { get; set; }

        public TcpReset? Abort { get; set; }

        public DecodeFault? ClientFault { get; set; }

        public DecodeFault? ClientOddity { get; set; }

        public bool ClientWasCutOff { get; set; }

        public DecodeFault? ServerFault { get; set; }

        public RelayFailed? RelayFailure { get; set; }
    }
}

internal enum ClosingSign : byte
{
    CloseFrameOfClient,
    CloseFrameOfServer,
    ResetByPeer,
    Abort,
    EndOfPeer,
    EndOfThisSide,
}
