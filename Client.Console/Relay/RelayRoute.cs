using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Relays;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Taps;

namespace RealtimeHello.Client.Relay;

/// <summary>There is no way to the target. The message is one or two sentences.</summary>
internal sealed class RelayTrouble(Layer layer, string sentence, Exception? inner = null) : Exception(sentence, inner)
{
    public Layer AtLayer { get; } = layer;
}

/// <summary>The relay's way to its target: TCP, and TLS where the target's address asks for it.</summary>
internal static class RelayRoute
{
    /// <exception cref="RelayTrouble">The target can't be reached, or its TLS can't be trusted.</exception>
    /// <exception cref="OperationCanceledException">The relay stops.</exception>
    public static async Task<RelayEnd> Open(RelaySettings settings, ConnectionRecorder recorder, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(settings.Patience);
        var began = Stopwatch.GetTimestamp();
        var socket = await Connect(settings, patience.Token, stop);
        try
        {
            recorder.Fact(new RelayConnected(settings.Target.Authority, ConnectionNames.Of(socket.RemoteEndPoint), Stopwatch.GetElapsedTime(began)));
            var stream = new NetworkStream(socket, ownsSocket: false);
            return new RelayEnd(socket, settings.Target.IsSecure ? await Secure(settings, recorder, stream, patience.Token, stop) : stream);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Socket> Connect(RelaySettings settings, CancellationToken patience, CancellationToken stop)
    {
        var target = settings.Target;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target.Host, target.Port, patience);
            return socket;
        }
        catch (Exception trouble)
        {
            socket.Dispose();
            stop.ThrowIfCancellationRequested();
            throw new RelayTrouble(Layer.Tcp, trouble switch
            {
                SocketException { SocketErrorCode: SocketError.ConnectionRefused } => $"Nothing listens at {target}. Start the server, or check --target.",
                SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => $"The name of {target} is not known; check --target.",
                OperationCanceledException => $"{target} did not take the connection within {settings.Patience.TotalSeconds:0.#} s: a firewall may drop it.",
                _ => $"{target} can't be reached: {PrintableText.OneLine(trouble.Message, 200)}",
            }, trouble);
        }
    }

    private static async Task<SslStream> Secure(RelaySettings settings, ConnectionRecorder recorder, Stream stream, CancellationToken patience, CancellationToken stop)
    {
        var refused = SslPolicyErrors.None;
        var tls = new SslStream(stream);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = settings.Target.Host,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            RemoteCertificateValidationCallback = (_, _, _, errors) => (refused = errors) == SslPolicyErrors.None || settings.Insecure,
        };
        try
        {
            await tls.AuthenticateAsClientAsync(options, patience);
        }
        catch (Exception trouble)
        {
            await tls.DisposeAsync();
            stop.ThrowIfCancellationRequested();
            throw new RelayTrouble(Layer.Tls, Describe(settings, refused, trouble), trouble);
        }

        var subject = tls.RemoteCertificate is X509Certificate2 certificate ? $"certificate of {certificate.Subject}" : "no certificate";
        recorder.Fact(new RelaySecured(ConnectionNames.Of(tls.SslProtocol), $"{tls.NegotiatedCipherSuite}", $"{tls.NegotiatedApplicationProtocol}",
            subject + (refused == SslPolicyErrors.None ? "" : $", taken although {Why(refused)}")));
        return tls;
    }

    private static string Describe(RelaySettings settings, SslPolicyErrors refused, Exception trouble)
    {
        if (refused != SslPolicyErrors.None) return $"The certificate of {settings.Target} was not taken: {Why(refused)}. Trust it, or give --insecure to take any.";
        if (trouble is OperationCanceledException) return $"{settings.Target} did not finish the TLS handshake within {settings.Patience.TotalSeconds:0.#} s.";
        for (var inner = trouble; inner is not null; inner = inner.InnerException)
        {
            if (inner.Message.Contains("frame", StringComparison.OrdinalIgnoreCase) || inner.Message.Contains("WRONG_VERSION_NUMBER", StringComparison.OrdinalIgnoreCase))
                return $"{settings.Target} does not speak TLS: write ws:// as --target if the server is meant to be reached in the clear.";
        }

        return $"TLS with {settings.Target} failed: {PrintableText.OneLine((trouble.InnerException ?? trouble).Message, 200)}";
    }

    private static string Why(SslPolicyErrors errors) => errors switch
    {
        SslPolicyErrors.RemoteCertificateNameMismatch => "it is for another name",
        SslPolicyErrors.RemoteCertificateChainErrors => "it is not trusted here, or expired",
        SslPolicyErrors.RemoteCertificateNotAvailable => "there is none",
        _ => "it is for another name, and not trusted here",
    };
}
