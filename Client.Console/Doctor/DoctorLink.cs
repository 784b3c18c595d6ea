using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RealtimeHello.Client.Accounts;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Layers.Http;

namespace RealtimeHello.Client.Doctor;

/// <summary>One connection to the server under examination: TCP, and TLS where the address asks for it.</summary>
internal sealed class DoctorLink(DoctorSettings settings, IPAddress address) : IAsyncDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private SslPolicyErrors _errors;
    private bool _expired;

    public Stream Stream { get; private set; } = Stream.Null;

    public async Task Connect(CancellationToken cancellationToken)
    {
        try
        {
            await _socket.ConnectAsync(address, settings.Target.Uri.Port, cancellationToken);
            Stream = new NetworkStream(_socket);
        }
        catch (Exception trouble) when (trouble is SocketException or OperationCanceledException)
        {
            var refused = trouble is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
            throw new ProbeFailure(new ProbeEvidence { Sign = refused ? ProbeSign.Refused : ProbeSign.Unreachable }, $"{address}: {trouble.Message}");
        }
    }

    /// <summary>The TLS handshake; nothing is sent to a server whose certificate does not hold.</summary>
    /// <returns>What was agreed.</returns>
    public async Task<string[]> Secure(CancellationToken cancellationToken)
    {
        var tls = new SslStream(Stream, false, Judge);
        Stream = tls;
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = settings.Target.Uri.IdnHost, ApplicationProtocols = [SslApplicationProtocol.Http11] }, cancellationToken);
        }
        catch (Exception trouble) when (trouble is AuthenticationException or IOException or OperationCanceledException)
        {
            var inner = trouble.InnerException ?? trouble;
            var sign = _expired ? ProbeSign.CertificateExpired
                : _errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? ProbeSign.CertificateName
                : _errors != SslPolicyErrors.None ? ProbeSign.CertificateUntrusted
                : trouble is OperationCanceledException ? ProbeSign.Silent
                : inner.Message.Contains("frame", StringComparison.Ordinal) ? ProbeSign.NotTls : ProbeSign.TlsFailed;
            throw new ProbeFailure(new ProbeEvidence { Sign = sign }, inner.Message);
        }

        var certificate = tls.RemoteCertificate!;
        return [$"{tls.SslProtocol}, {tls.NegotiatedCipherSuite}, ALPN {tls.NegotiatedApplicationProtocol}", $"certificate {certificate.Subject}, by {certificate.Issuer}, until {certificate.GetExpirationDateString()}"];
    }

    /// <summary>Asks for the target.</summary>
    /// <param name="key">The Sec-WebSocket-Key of an upgrade; null: a plain GET.</param>
    /// <param name="origin">Sent as Origin; null: none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<HttpAnswer> Ask(string? key, string? origin, CancellationToken cancellationToken)
    {
        var request = new StringBuilder($"GET {settings.Target.Uri.PathAndQuery} HTTP/1.1\r\nHost: {settings.Target.Uri.Authority}\r\nUser-Agent: {GuestSignIn.Product}\r\n");
        if (origin is not null) request.Append("Origin: ").Append(origin).Append("\r\n");
        if (settings.Token is { } token) request.Append("Authorization: Bearer ").Append(token).Append("\r\n");
        request.Append(key is null ? "Connection: close\r\n\r\n" : $"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n");
        try
        {
            await Stream.WriteAsync(Encoding.Latin1.GetBytes(request.ToString()), cancellationToken);
        }
        catch (IOException trouble)
        {
            throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.EndedWithoutAnswer }, trouble.Message);
        }

        return await HttpAnswer.Read(Stream, cancellationToken);
    }

    /// <summary>The same, as an upgrade that has to succeed.</summary>
    public async Task<HttpAnswer> Upgrade(CancellationToken cancellationToken)
    {
        var key = NewKey();
        var answer = await Ask(key, settings.Origin, cancellationToken);
        var evidence = new ProbeEvidence
        {
            Sign = answer.Status == 101 ? ProbeSign.WrongAccept : ProbeSign.NotUpgraded,
            Status = answer.Status,
            Server = answer["Server"] ?? "",
            ContentType = answer["Content-Type"] ?? "",
            Location = answer["Location"],
            Text = answer.Body,
            Proxy = answer.Proxy.Kind,
            HasToken = settings.Token is not null,
        };
        if (answer.Status != 101 || answer["Sec-WebSocket-Accept"] != WebSocketAgreement.AcceptOf(key)) throw new ProbeFailure(evidence, Describe(answer));
        return answer;
    }

    public static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));

    public static string Describe(HttpAnswer answer) =>
        answer.StartLine + (answer["Server"] is { } server ? $", Server: {server}" : "") + (answer["Location"] is { } location ? $", Location: {location}" : "");

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        _socket.Dispose();
    }

    private bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        _errors = errors;
        _expired = chain?.ChainStatus.Any(status => status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid)) == true;
        return errors == SslPolicyErrors.None;
    }
}
