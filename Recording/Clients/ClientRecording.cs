using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Tls;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Recording.Masking;
using RealtimeHello.Recording.Taps;

namespace RealtimeHello.Recording.Clients;

/// <summary>
/// Records the connections that a handler opens, seen from the client: one tap at the socket, under TLS a second one above it. Over a proxy's
/// tunnel the bytes begin behind the tunnel's opening. The recordings are numbered <c>c1</c>, <c>c2</c> and so on. Thread-safe.
/// </summary>
/// <param name="journal">Keeps what is recorded.</param>
/// <param name="secrets">What is masked before it is stored.</param>
public sealed class ClientRecording(Journal journal, SecretNames secrets)
{
    private static readonly HttpRequestOptionsKey<ConnectionRecorder> RecorderOfRequest = new("RealtimeHello.Recorder");

    private int count;

    /// <summary>The recorder of the connection that was opened last.</summary>
    public ConnectionRecorder? Latest { get; private set; }

    /// <summary>Puts the taps into a handler that has not been used yet, and has no callbacks of its own.</summary>
    public void Attach(SocketsHttpHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        handler.ConnectCallback = Connect;
        handler.PlaintextStreamFilter = (context, _) => ValueTask.FromResult(Filter(context));
    }

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var stream = new NetworkStream(socket, ownsSocket: true);
        if (context.InitialRequestMessage.Method == HttpMethod.Connect) return stream;
        var recorder = Open(ConnectionNames.Of(socket.RemoteEndPoint), ConnectionNames.Of(socket.LocalEndPoint));
        recorder.SampleFrom(socket);
        context.InitialRequestMessage.Options.Set(RecorderOfRequest, recorder);
        return new TappedStream(stream, RecorderTap.OfSocket(recorder), recorder.Close);
    }

    private Stream Filter(SocketsHttpPlaintextStreamFilterContext context)
    {
        var stream = context.PlaintextStream;
        if (context.InitialRequestMessage.Method == HttpMethod.Connect) return stream;
        var isOwner = !context.InitialRequestMessage.Options.TryGetValue(RecorderOfRequest, out var recorder);
        recorder ??= Open($"{context.InitialRequestMessage.RequestUri?.Authority} behind a proxy", "a proxy's tunnel");
        if (stream is SslStream tls) recorder.Fact(Handshake(tls));
        else if (!isOwner) return stream;
        return new TappedStream(stream, RecorderTap.OfPlaintext(recorder), isOwner ? recorder.Close : null);
    }

    private ConnectionRecorder Open(string remote, string local) =>
        Latest = journal.Open(string.Create(CultureInfo.InvariantCulture, $"c{Interlocked.Increment(ref count)}"), Perspective.Client, remote, local, secrets);

    private static TlsHandshake Handshake(SslStream tls) => new(
        ConnectionNames.Of(tls.SslProtocol),
        $"{tls.NegotiatedCipherSuite}",
        $"{tls.NegotiatedApplicationProtocol}",
        tls.TargetHostName);
}
