using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Relays;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Layers.Tls;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Taps;

namespace RealtimeHello.Client.Relay;

/// <summary>
/// One client, and the connection to the target that is opened for it. What the recorder sees is the client's side: received is what the client
/// sends, sent what the target answers.
/// </summary>
/// <param name="settings">What the user asked for.</param>
/// <param name="certificate">Shown to the client; null: without TLS.</param>
/// <param name="recorder">Records it.</param>
internal sealed class RelayedConnection(RelaySettings settings, X509Certificate2? certificate, ConnectionRecorder recorder)
{
    /// <summary>How long the end that is left may go on when nothing can be written to the other one any more.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private const string Stopped = "the relay was stopped";

    private volatile bool _isCut;

    /// <summary>Serves the client until both directions are over, or <paramref name="stop"/>. Never throws for what the network does.</summary>
    public async Task Run(Socket accepted, CancellationToken stop)
    {
        var tap = RecorderTap.OfSocket(recorder);
        recorder.SampleFrom(accepted);
        RelayEnd? client = null;
        RelayEnd? target = null;
        try
        {
            accepted.NoDelay = true;
            (client, tap) = await Greet(accepted, tap, stop);
            target = await RelayRoute.Open(settings, recorder, stop);
            await using var cut = stop.Register(() =>
            {
                _isCut = true;
                Broken(Stopped);
                Cut(client, target);
            });
            await Carry(client, target, tap, (IPEndPoint)accepted.LocalEndPoint!);
        }
        catch (RelayTrouble trouble)
        {
            recorder.Fact(new RelayFailed(trouble.AtLayer, trouble.Message));
            await Apologise(client!, tap, trouble.Message, stop);
        }
        catch (OperationCanceledException)
        {
            Broken(stop.IsCancellationRequested ? Stopped : $"the client did not finish the TLS handshake within {settings.Patience.TotalSeconds:0.#} s");
            Cut(client, target);
        }
        catch (AuthenticationException refused)
        {
            Broken($"the TLS handshake failed: {(refused.InnerException ?? refused).Message}");
        }
        catch (Exception gone) when (gone is IOException or SocketException or ObjectDisposedException)
        {
            // The client left during TLS.
            Cut(client, target);
            tap.Ended(Direction.Received, StreamEnding.Reset, gone.Message);
        }
        finally
        {
            if (target is not null) await target.DisposeAsync();
            if (client is not null) await client.DisposeAsync();
            accepted.Dispose();
            recorder.Close();
        }
    }

    private async Task<(RelayEnd Client, IByteTap Tap)> Greet(Socket accepted, IByteTap tap, CancellationToken stop)
    {
        var stream = new NetworkStream(accepted, ownsSocket: false);
        if (certificate is null) return (new RelayEnd(accepted, stream), tap);
        var tls = new SslStream(new TappedStream(stream, tap));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(settings.Patience);
        // Frames are decoded of HTTP/1.1 alone (RFC 8441 puts them inside HTTP/2), so that is what is offered.
        var options = new SslServerAuthenticationOptions { ServerCertificate = certificate, ApplicationProtocols = [SslApplicationProtocol.Http11] };
        try
        {
            await tls.AuthenticateAsServerAsync(options, patience.Token);
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }

        recorder.Fact(new TlsHandshake(ConnectionNames.Of(tls.SslProtocol), $"{tls.NegotiatedCipherSuite}", $"{tls.NegotiatedApplicationProtocol}", tls.TargetHostName));
        return (new RelayEnd(accepted, tls), RecorderTap.OfPlaintext(recorder));
    }

    private async Task Carry(RelayEnd client, RelayEnd target, IByteTap tap, IPEndPoint local)
    {
        var rewriter = settings.KeepHost ? null : new RequestRewriter(settings.Target, RelayOrigins.Of(settings.Listen, local), fact => recorder.Fact(fact));
        var rewritten = new ArrayBufferWriter<byte>();
        var asking = new RelayPump(client, target, FromClient, why => Ended(Direction.Received, why)).Run();
        var answering = new RelayPump(target, client, FromTarget, why => Ended(Direction.Sent, why)) { Waiting = tap.Backlog }.Run();
        var first = await Task.WhenAny(asking, answering);
        var other = first == asking ? answering : asking;
        var ending = await first;
        if (ending == PumpEnding.Finished) ending = await other;
        else if (ending == PumpEnding.ReceiverGone) await Task.WhenAny(other, Task.Delay(LastWords, CancellationToken.None));
        if (ending == PumpEnding.Finished) return;
        _isCut = true;
        Cut(client, target);
        await Task.WhenAll(asking, answering);

        ReadOnlyMemory<byte> FromClient(ReadOnlyMemory<byte> bytes, bool isLast)
        {
            tap.Bytes(Direction.Received, bytes.Span);
            if (rewriter is null || rewriter.IsOver) return bytes;
            rewritten.ResetWrittenCount();
            rewriter.Take(bytes.Span, rewritten);
            if (isLast) rewriter.Complete(rewritten);
            return rewritten.WrittenMemory;
        }

        ReadOnlyMemory<byte> FromTarget(ReadOnlyMemory<byte> bytes, bool isLast)
        {
            tap.Bytes(Direction.Sent, bytes.Span);
            if (rewriter is { IsOver: false }) rewriter.Answered(bytes.Span);
            return bytes;
        }

        void Ended(Direction direction, string? why)
        {
            // What ends because it was cut here says nothing about its own end.
            if (!_isCut) tap.Ended(direction, why is null ? StreamEnding.Finished : StreamEnding.Reset, why);
        }
    }

    /// <summary>The client asked for HTTP: it gets an answer that says why there is none.</summary>
    private async Task Apologise(RelayEnd client, IByteTap tap, string sentence, CancellationToken stop)
    {
        var body = Encoding.UTF8.GetBytes($"RealtimeHello relay: {sentence}\n");
        var head = $"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n";
        byte[] answer = [.. Encoding.ASCII.GetBytes(head), .. body];
        var buffer = new byte[16 * 1024];
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(LastWords);
        await using var cut = patience.Token.Register(client.Reset);
        try
        {
            // Behind the request, so that the recording has question and answer; and its rest is read, or the answer would be lost in a reset.
            var count = await client.Read(buffer);
            tap.Bytes(Direction.Received, buffer.AsSpan(0, count));
            tap.Bytes(Direction.Sent, answer);
            await client.Write(answer);
            tap.Ended(Direction.Sent, StreamEnding.Finished, null);
            await client.Finish();
            while (count > 0) count = await client.Read(buffer);
            tap.Ended(Direction.Received, StreamEnding.Finished, null);
        }
        catch (Exception gone) when (gone is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            if (patience.IsCancellationRequested) Broken(stop.IsCancellationRequested ? Stopped : $"the client was still there after {LastWords.TotalSeconds:0.#} s");
            else tap.Ended(Direction.Received, StreamEnding.Reset, gone.Message);
        }
    }

    /// <summary>The relay itself breaks the connection off, which no tap sees.</summary>
    private void Broken(string why) => recorder.Fact(new TcpReset(ByPeer: false, why));

    private static void Cut(RelayEnd? client, RelayEnd? target)
    {
        client?.Reset();
        target?.Reset();
    }
}
