using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Layers.Tls;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Taps;

namespace RealtimeHello.Inspector.Listening;

/// <summary>
/// An accepted connection whose transport is tapped: once at the socket, and, when UseHttps puts its own transport in place, a second time above that. What other middlewares
/// put in place, such as the logging of connections, carries bytes that one of the two taps has seen. The same connection otherwise: id, features and lifetime are the inner one's.
/// </summary>
internal sealed class RecordedConnection : ConnectionContext, IConnectionTransportFeature, IConnectionRecorderFeature
{
    /// <summary>Transports beneath TLS, which are put back in place at the end. Beside the connections: few have any.</summary>
    private static readonly ConditionalWeakTable<RecordedConnection, List<IDuplexPipe>> Beneath = [];

    private readonly ConnectionContext inner;
    private readonly TappedDuplexPipe socket;
    private IDuplexPipe transport;
    private bool sawTls;

    public RecordedConnection(ConnectionContext inner, ConnectionRecorder recorder)
    {
        this.inner = inner;
        Recorder = recorder;
        transport = socket = new TappedDuplexPipe(inner.Transport, RecorderTap.OfSocket(recorder));
        Features.Set<IConnectionTransportFeature>(this);
        Features.Set<IConnectionRecorderFeature>(this);
        if (Features.Get<IConnectionSocketFeature>()?.Socket is { } connected) recorder.SampleFrom(connected);
    }

    public ConnectionRecorder Recorder { get; }

    public override string ConnectionId
    {
        get => inner.ConnectionId;
        set => inner.ConnectionId = value;
    }

    public override IFeatureCollection Features => inner.Features;

    public override IDictionary<object, object?> Items
    {
        get => inner.Items;
        set => inner.Items = value;
    }

    public override CancellationToken ConnectionClosed
    {
        get => inner.ConnectionClosed;
        set => inner.ConnectionClosed = value;
    }

    public override EndPoint? LocalEndPoint
    {
        get => inner.LocalEndPoint;
        set => inner.LocalEndPoint = value;
    }

    public override EndPoint? RemoteEndPoint
    {
        get => inner.RemoteEndPoint;
        set => inner.RemoteEndPoint = value;
    }

    /// <summary>Set twice by each middleware that has a transport of its own: to that, and at the end to what was there before.</summary>
    public override IDuplexPipe Transport
    {
        get => transport;
        set => transport = IsFirstAboveTls(value) ? new TappedDuplexPipe(value, RecorderTap.OfPlaintext(Recorder)) : value;
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        // Without a reason it only follows from an ending that was seen before.
        Recorder.Record.ReadTcpStatistics();
        if (abortReason is not null) Recorder.Fact(new TcpReset(ByPeer: false, abortReason.Message));
        inner.Abort(abortReason!);
    }

    public override void Abort()
    {
        Recorder.Fact(new TcpReset(ByPeer: false, null));
        inner.Abort();
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await inner.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            socket.Finish();
            Recorder.Close();
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// UseHttps tells its feature before it shakes hands, and puts its transport in place behind that. So what comes before the feature wraps the bytes of the socket, and what comes
    /// behind that transport wraps its bytes. Where the handshake fails there is no such transport, only those from before are put back.
    /// </summary>
    private bool IsFirstAboveTls(IDuplexPipe next)
    {
        if (sawTls || next == socket || (Beneath.TryGetValue(this, out var beneath) && beneath.Contains(next))) return false;
        if (Features.Get<ITlsHandshakeFeature>() is { } handshake)
        {
            Note(handshake);
            return sawTls = true;
        }

        Beneath.GetOrCreateValue(this).Add(next);
        return false;
    }

    private void Note(ITlsHandshakeFeature handshake)
    {
        var protocol = Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol ?? default;
        Recorder.Fact(new TlsHandshake(
            handshake.Protocol.ToString() switch { "Tls13" => "TLS 1.3", "Tls12" => "TLS 1.2", var other => other },
            handshake.NegotiatedCipherSuite?.ToString(),
            System.Text.Encoding.ASCII.GetString(protocol.Span),
            handshake.HostName));
    }
}
