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

    /// <summary>Bytes that were handed to the connection and not taken by the peer when it ended.</summary>
    public long BacklogBytes { get; set; }

    /// <summary>The server's process was stopping.</summary>
    public bool ServerIsStopping { get; set; }

    internal bool TlsBegun { get; private set; }

    internal bool TlsDone { get; private set; }

    internal TlsAlert? Alert { get; private set; }

    internal bool Requested { get; private set; }

    internal bool AskedForWebSocket { get; private set; }

    internal bool Upgraded { get; private set; }

    internal HttpRefused? Refusal { get; private set; }

    internal HandshakeRequest? HandshakeRequest { get; private set; }

    internal HandshakeResponse? HandshakeResponse { get; private set; }

    internal CloseMessage? ServerClose { get; private set; }

    internal CloseMessage? ClientClose { get; private set; }

    internal WebSocketClose? CloseFrameOfClient { get; private set; }

    internal WebSocketClose? CloseFrameOfServer { get; private set; }

    internal bool HubAccepted { get; private set; }

    internal HubFailed? ConnectFailure { get; private set; }

    internal HubDisconnected? Disconnected { get; private set; }

    internal TcpReset? Abort { get; private set; }

    internal DecodeFault? ClientFault { get; private set; }

    internal RelayFailed? RelayFailure { get; private set; }

    /// <summary>The first thing seen that ends a WebSocket.</summary>
    internal ClosingSign? FirstSign => first;

    /// <summary>Takes note of an event, in the order of the wire.</summary>
    public void Observe(LayerDetail detail, Direction direction)
    {
        var fromClient = perspective == Perspective.Server ? direction == Direction.Received : direction == Direction.Sent;
        switch (detail)
        {
            case TlsClientHello: TlsBegun = true; break;
            case TlsHandshake: TlsBegun = TlsDone = true; break;
            case TlsAlert alert: Alert = alert; break;
            case HttpRequest request:
                Requested = true;
                AskedForWebSocket |= request.AsksForWebSocket;
                break;
            case HttpUpgraded: Upgraded = true; break;
            case HttpRefused refused: Refusal = refused; break;
            case HandshakeRequest request: HandshakeRequest = request; break;
            case HandshakeResponse response: HandshakeResponse = response; break;
            case CloseMessage close when fromClient: ClientClose = close; break;
            case CloseMessage close: ServerClose ??= close; break;
            case WebSocketClose close when fromClient:
                CloseFrameOfClient ??= close;
                first ??= ClosingSign.CloseFrameOfClient;
                break;
            case WebSocketClose close:
                CloseFrameOfServer ??= close;
                first ??= ClosingSign.CloseFrameOfServer;
                break;
            case HubConnected: HubAccepted = true; break;
            case HubFailed { Method: "OnConnectedAsync" } failure: ConnectFailure = failure; break;
            case HubDisconnected disconnected: Disconnected = disconnected; break;
            case DecodeFault { AtLayer: Layer.WebSocket } fault when fromClient: ClientFault ??= fault; break;
            case RelayFailed failure: RelayFailure = failure; break;
            case TcpReset { ByPeer: true }: first ??= ClosingSign.ResetByPeer; break;
            case TcpReset abort:
                Abort ??= abort;
                first ??= ClosingSign.Abort;
                break;
            case TcpHalfClosed { ByPeer: true }: first ??= ClosingSign.EndOfPeer; break;
            case TcpHalfClosed: first ??= ClosingSign.EndOfThisSide; break;
        }
    }

    /// <summary>Who closed the connection, at which layer, and why, as far as was seen.</summary>
    public CloseReport Judge() => CloseJudgement.Of(this, perspective);
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
