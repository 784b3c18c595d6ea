using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Layers.WebSockets.Deflate;

namespace RealtimeHello.Layers.Decoding;

/// <summary>
/// All decoders of one connection, and the facts that cross its directions. Bytes go in as the taps saw them, events come out.
/// <code>
/// wire tap, each side:       TlsRecordDecoder
/// plain tap, client's side:  HttpRequestDecoder  -> (101) -> WebSocketFrameDecoder -> WebSocketMessageDecoder -> SignalRDecoder
/// plain tap, server's side:  HttpResponseDecoder -> (101) -> WebSocketFrameDecoder -> WebSocketMessageDecoder -> SignalRDecoder
/// </code>
/// Not thread-safe. Never throws for bad input. At <see cref="DecodingDepth.Lifecycle"/>, a data frame costs no memory, and a connection
/// whose SignalR handshake is over holds no buffers.
/// </summary>
public sealed class ConnectionDecoder
{
    private readonly IConnectionOutput output;
    private readonly DecoderLimits limits;
    private readonly DecodingDepth depth;
    private readonly PlainLane client;
    private readonly PlainLane server;
    private readonly bool clientReceives;
    private readonly bool resumed;
    private WireLane? wireReceived;
    private WireLane? wireSent;
    private HttpConversation? http;
    private SignalRConversation? signalR;
    private ConnectionFacts facts;

    /// <summary>Begins with a connection's first bytes.</summary>
    public ConnectionDecoder(Perspective perspective, DecodingDepth depth, IConnectionOutput output, DecoderLimits? limits = null)
        : this(perspective, depth, output, new ConnectionFacts(), resumed: false, limits ?? DecoderLimits.Default)
    {
        BeginHttp();
    }

    private ConnectionDecoder(
        Perspective perspective, DecodingDepth depth, IConnectionOutput output, ConnectionFacts facts, bool resumed, DecoderLimits limits)
    {
        ArgumentNullException.ThrowIfNull(output);
        this.output = output;
        this.limits = limits;
        this.depth = depth;
        this.resumed = resumed;
        this.facts = facts;
        clientReceives = perspective == Perspective.Client;
        client = new PlainLane(output, clientReceives ? Direction.Sent : Direction.Received);
        server = new PlainLane(output, clientReceives ? Direction.Received : Direction.Sent);
    }

    /// <summary>What was found out so far: the same instance until something changes.</summary>
    public ConnectionFacts Facts
    {
        get => facts;
        private set => facts = ConnectionFacts.Shared(value);
    }

    /// <summary>The hub protocol that the client's handshake asks for, whether the server has accepted it or not; null: none, or not seen yet.</summary>
    public string? RequestedHubProtocol => Facts.HubProtocol ?? Facts.RequestedHubProtocol;

    /// <summary>The client was followed from its first byte up to an upgrade; false: there was none, or a fault or too much before it hid requests, perhaps the one that was upgraded.</summary>
    public bool SawUpgrade => client.Frames is not null;

    /// <summary>WebSocket frames received, control frames included.</summary>
    public long FramesReceived => Lane(Direction.Received).Frames?.Frames ?? 0;

    /// <summary>WebSocket frames sent, control frames included.</summary>
    public long FramesSent => Lane(Direction.Sent).Frames?.Frames ?? 0;

    /// <summary>Complete hub messages received, as far as lifecycle depth can count them: uncompressed ones of JSON and MessagePack.</summary>
    public long HubMessagesReceived => Lane(Direction.Received).Frames?.HubMessages ?? 0;

    /// <summary>Complete hub messages sent, counted as <see cref="HubMessagesReceived"/> are.</summary>
    public long HubMessagesSent => Lane(Direction.Sent).Frames?.HubMessages ?? 0;

    /// <summary>
    /// Goes on in the middle, at a frame and message boundary in both directions; what was before is not there.
    /// Offsets are those of the plain tap.
    /// </summary>
    public static ConnectionDecoder Resume(
        Perspective perspective, DecodingDepth depth, IConnectionOutput output, ConnectionFacts facts, long receivedOffset, long sentOffset, DecoderLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var decoder = new ConnectionDecoder(perspective, depth, output, facts, facts.Upgraded, limits ?? DecoderLimits.Default);
        decoder.Lane(Direction.Received).Offset = receivedOffset;
        decoder.Lane(Direction.Sent).Offset = sentOffset;
        if (facts.Upgraded) decoder.BeginWebSocket();
        else decoder.BeginHttp();
        return decoder;
    }

    /// <summary>Takes all of <paramref name="bytes"/>, the next ones of their tap and direction.</summary>
    public void Push(TapPoint tap, Direction direction, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[Advance(tap, direction, bytes)..];
    }

    /// <summary>
    /// Takes all of <paramref name="bytes"/> of the plain tap if they are one whole message of a server, of which lifecycle depth has nothing to tell but that it was there: the shortest way for what
    /// a hub sends most. False: they are something else, nothing was taken, and <see cref="Advance"/> has to.
    /// </summary>
    public bool TryTakeMessage(Direction direction, ReadOnlySpan<byte> bytes) => Lane(direction).TryTakeMessage(bytes);

    /// <summary>The same of bytes that were looked at before.</summary>
    public bool TryTakeMessage(Direction direction, in WholeMessage message) => Lane(direction).TryTakeMessage(message);

    /// <summary>
    /// Takes at least one byte of <paramref name="bytes"/>, and at most those up to where <see cref="PhaseOf"/> of that direction changes.
    /// </summary>
    /// <returns>How many bytes it took; 0 when there were none.</returns>
    public int Advance(TapPoint tap, Direction direction, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return 0;
        if (tap == TapPoint.Wire)
        {
            Wire(direction)?.Push(bytes);
            return bytes.Length;
        }

        var lane = Lane(direction);
        if (lane.Phase == PlainPhase.Undecided) return Hold(bytes);
        var count = lane.Advance(bytes);
        if (http is not null || signalR is not null) Settle();
        return count;
    }

    /// <summary>
    /// <paramref name="count"/> bytes passed that are not there: HTTP content, what is opaque. Where the decoder can't go on without them, it
    /// emits a <see cref="Gap"/> and that direction becomes <see cref="PlainPhase.Opaque"/>.
    /// </summary>
    public void Skip(TapPoint tap, Direction direction, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count == 0) return;
        if (tap == TapPoint.Wire)
        {
            Wire(direction)?.Skip(count);
            return;
        }

        Lane(direction).Skip(count);
        if (http is not null || signalR is not null) Settle();
    }

    /// <summary><paramref name="count"/> bytes of the plain tap are left out that were whole HTTP exchanges: the next byte begins a head, also where an exchange had begun before them.</summary>
    public void Omit(Direction direction, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var lane = Lane(direction);
        lane.Offset += count;
        if (http is null) return;
        if (lane == server)
        {
            // What was asked before is among what is left out, or its answer is.
            http.Forget();
            server.Decoder = new HttpResponseDecoder(server, http, limits);
        }
        else
        {
            client.Decoder = new HttpRequestDecoder(client, http, limits);
        }

        Settle();
    }

    /// <summary>No more bytes come from that tap and direction.</summary>
    public void Complete(TapPoint tap, Direction direction, StreamEnding ending)
    {
        if (tap == TapPoint.Wire)
        {
            Wire(direction)?.Complete(ending);
            return;
        }

        Lane(direction).Complete(ending);
        if (http is not null || signalR is not null) Settle();
    }

    /// <summary>What the next byte of a direction of the plain tap is part of.</summary>
    public PlainPhase PhaseOf(Direction direction) => Lane(direction).Phase;

    /// <summary>The client's next byte begins the head of an HTTP request or goes on in it; the lines around the chunks of a body don't.</summary>
    public bool IsInRequestHead => client.Decoder is HttpRequestDecoder { IsInHead: true };

    /// <summary>
    /// The next byte of that direction begins a WebSocket message or a control frame, and no hub message was begun and not finished, as far as
    /// is known at this depth: a recording can be cut here and decoded on with <see cref="Resume"/>.
    /// </summary>
    public bool IsBetweenMessages(Direction direction) => Lane(direction).Frames is { IsBetweenMessages: true };

    private PlainLane Lane(Direction direction) => (direction == Direction.Sent) == clientReceives ? client : server;

    /// <summary>Null behind <see cref="Resume"/>, which is past all hellos.</summary>
    private WireLane? Wire(Direction direction)
    {
        if (resumed) return null;
        return direction == Direction.Received
            ? wireReceived ??= new WireLane(output, direction, limits)
            : wireSent ??= new WireLane(output, direction, limits);
    }

    private void BeginHttp()
    {
        http = new HttpConversation(Facts.Path);
        client.Decoder = new HttpRequestDecoder(client, http, limits);
        server.Decoder = new HttpResponseDecoder(server, http, limits);
    }

    private void BeginWebSocket()
    {
        signalR = new SignalRConversation { RequestedProtocol = RequestedHubProtocol, IsAccepted = Facts.HubProtocol is not null, IsNotSignalR = Facts.IsNotSignalR };
        BeginFrames(client, fromClient: true);
        BeginFrames(server, fromClient: false);
        SettleSignalR();
    }

    private void BeginFrames(PlainLane lane, bool fromClient)
    {
        var deflate = DeflateAgreement.Parse(Facts.Extensions);
        var frames = new WebSocketFrameDecoder(lane, fromClient, deflate.IsAgreed, depth == DecodingDepth.Full);
        var speaksSignalR = depth == DecodingDepth.Full ? !Facts.IsNotSignalR : Facts.HubProtocol is null && !Facts.IsNotSignalR;
        if (speaksSignalR || depth == DecodingDepth.Full)
        {
            var compression = limits.CompressedIsMasked ? WebSocketMessageDecoder.Compression.Masked
                : (fromClient ? deflate.ClientForgets : deflate.ServerForgets) ? WebSocketMessageDecoder.Compression.Single
                : resumed ? WebSocketMessageDecoder.Compression.BeginningLost
                : WebSocketMessageDecoder.Compression.Continued;
            frames.CountsHubMessages = depth == DecodingDepth.Lifecycle && speaksSignalR && !deflate.IsAgreed;
            frames.Messages = new WebSocketMessageDecoder(
                lane,
                speaksSignalR ? new SignalRDecoder(lane, signalR!, fromClient, depth, limits, frames.CountsHubMessages ? frames : null) : null,
                compression,
                limits,
                depth == DecodingDepth.Full ? limits : null);
        }

        lane.Decoder = frames;
    }

    /// <summary>The client's bytes after its request for a WebSocket wait for the answer.</summary>
    private int Hold(ReadOnlySpan<byte> bytes)
    {
        var room = limits.UndecidedBytes - http!.Held.Length;
        if (bytes.Length > room)
        {
            client.Emit(
                new DecodeFault(Layer.Http, "RFC 6455 4.1", $"More than {limits.UndecidedBytes} bytes follow the request for a WebSocket before its answer."),
                new ByteRange(client.Offset - http.Held.Length, client.Offset + room + 1));
            client.Offset += room + 1;
            http.Held.Clear();
            client.Decoder = null;
            return room + 1;
        }

        http.Held.Append(bytes);
        client.Offset += bytes.Length;
        return bytes.Length;
    }

    /// <summary>Carries what one direction found out over to the other.</summary>
    private void Settle()
    {
        if (http is not null) SettleHttp();
        if (signalR is not null) SettleSignalR();
    }

    private void SettleHttp()
    {
        if (Facts.Path != http!.WebSocketPath) Facts = Facts with { Path = http.WebSocketPath };
        if (http.Outcome == HttpOutcome.Http)
        {
            if (server.Phase == PlainPhase.Opaque && client.Phase == PlainPhase.Undecided) DropClient();
            if (http.Held.Length > 0 && client.Phase != PlainPhase.Undecided)
            {
                Replay(http.Held.Take());
                // What waited may have turned it into something else than HTTP, such as HTTP/2.
                SettleHttp();
                return;
            }

            if (client.Phase == PlainPhase.Opaque && server.Phase == PlainPhase.Opaque) http = null;
            return;
        }

        var conversation = http;
        if (conversation.Outcome == HttpOutcome.Opaque)
        {
            conversation.Held.Clear();
            client.Decoder = server.Decoder = null;
            http = null;
            return;
        }

        var clientIsThere = client.Phase == PlainPhase.Undecided || client.Decoder is HttpRequestDecoder { IsBetweenRequests: true };
        Facts = Facts with { Upgraded = true, Subprotocol = conversation.Upgraded!.Subprotocol, Extensions = conversation.Upgraded.Extensions };
        http = null;
        BeginWebSocket();
        if (!clientIsThere) client.Decoder = null;
        Replay(conversation.Held.Take());
    }

    /// <summary>Decodes the client's bytes that waited, at the offsets that they have.</summary>
    private void Replay(PooledBytes held)
    {
        client.Offset -= held.Length;
        var bytes = held.Span;
        while (!bytes.IsEmpty) bytes = bytes[(client.Phase == PlainPhase.Undecided ? Hold(bytes) : client.Advance(bytes))..];
        held.Clear();
    }

    private void DropClient()
    {
        http!.Held.Clear();
        client.Decoder = null;
    }

    private void SettleSignalR()
    {
        if (signalR!.IsNotSignalR && !Facts.IsNotSignalR) Facts = Facts with { IsNotSignalR = true };
        if (Facts.RequestedHubProtocol is null && signalR.RequestedProtocol is { } requested) Facts = Facts with { RequestedHubProtocol = requested };
        if (signalR.IsAccepted && Facts.HubProtocol is null && signalR.RequestedProtocol is { } protocol) Facts = Facts with { HubProtocol = protocol };
        LetGo(client);
        LetGo(server);
        if (signalR.IsNotSignalR) DropCounters();
        if (client.Frames?.Messages is null && server.Frames?.Messages is null) signalR = null;
    }

    private void DropCounters()
    {
        if (client.Frames is { } ofClient) ofClient.CountsHubMessages = false;
        if (server.Frames is { } ofServer) ofServer.CountsHubMessages = false;
    }

    private static void LetGo(PlainLane lane)
    {
        if (lane.Frames is { Messages.WantsMore: false } frames) frames.Messages = null;
    }
}
