using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RealtimeHello.Client.Accounts;
using RealtimeHello.Client.Frames;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Recording.Taps;

namespace RealtimeHello.Client.Doctor;

/// <summary>One connection to the server under examination: TCP, and TLS where the address asks for it.</summary>
internal sealed class DoctorLink(DoctorSettings settings, IPAddress address) : IAsyncDisposable
{
    /// <summary>How long the answer to a Close frame may take.</summary>
    private static readonly TimeSpan Goodbye = TimeSpan.FromMilliseconds(250);

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly SecretText _secrets = new(settings.Token);
    private SslPolicyErrors _errors;
    private bool _isUpgraded;
    private bool _expired;
    private string[] _chain = [];

    /// <summary>The kernel's estimate, of TCP's own handshake; null where it does not tell.</summary>
    public TimeSpan? RoundTrip { get; private set; }

    /// <summary>When the certificate is out of its time, in UTC; null without TLS.</summary>
    public DateTime? ExpiresAt { get; private set; }

    /// <summary>The head that was sent last, a line each, secrets masked.</summary>
    public IReadOnlyList<string> Sent { get; private set; } = [];

    public Stream Stream { get; private set; } = Stream.Null;

    public async Task Connect(CancellationToken cancellationToken)
    {
        try
        {
            await _socket.ConnectAsync(address, settings.Target.Uri.Port, cancellationToken);
            Stream = new NetworkStream(_socket);
            RoundTrip = TcpInfo.Read(_socket) is { } statistics ? TimeSpan.FromMicroseconds(statistics.RttMicroseconds) : null;
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

        var certificate = (X509Certificate2)tls.RemoteCertificate!;
        ExpiresAt = certificate.NotAfter.ToUniversalTime();
        var alpn = tls.NegotiatedApplicationProtocol.Protocol.IsEmpty ? "none" : $"{tls.NegotiatedApplicationProtocol}";
        return
        [
            $"{ConnectionNames.Of(tls.SslProtocol)}, {tls.NegotiatedCipherSuite}, ALPN {alpn}",
            $"certificate {certificate.Subject}, until {ExpiresAt:yyyy-MM-dd}",
            $"chain: {string.Join(" <- ", _chain)}",
        ];
    }

    /// <summary>Asks for the target.</summary>
    /// <param name="key">The Sec-WebSocket-Key of an upgrade; null: a plain GET.</param>
    /// <param name="origin">Sent as Origin; null: none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="query">Put behind the target's own; null: nothing.</param>
    /// <param name="cookies">Sent as Cookie; empty: none.</param>
    public Task<HttpAnswer> Ask(string? key, string? origin, CancellationToken cancellationToken, string? query = null, string cookies = "")
    {
        var path = settings.Target.Uri.PathAndQuery;
        if (query is not null) path += (settings.Target.Uri.Query.Length == 0 ? "?" : "&") + query;
        List<string> lines = [.. Begin("GET", path)];
        if (origin is not null) lines.Add($"Origin: {origin}");
        if (cookies.Length > 0) lines.Add($"Cookie: {cookies}");
        lines.AddRange(key is null ? ["Connection: close"] : ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", $"Sec-WebSocket-Key: {key}"]);
        return Send(lines, cancellationToken);
    }

    /// <summary>SignalR's negotiation for the target.</summary>
    public Task<HttpAnswer> Negotiate(CancellationToken cancellationToken)
    {
        List<string> lines = [.. Begin("POST", $"{settings.Target.Uri.AbsolutePath.TrimEnd('/')}/negotiate?negotiateVersion=1")];
        if (settings.Origin is { } origin) lines.Add($"Origin: {origin}");
        lines.AddRange(["Content-Length: 0", "Connection: close"]);
        return Send(lines, cancellationToken);
    }

    private IEnumerable<string> Begin(string method, string path)
    {
        yield return $"{method} {path} HTTP/1.1";
        yield return $"Host: {settings.Target.Uri.Authority}";
        yield return $"User-Agent: {GuestSignIn.Product}";
        if (settings.Token is { } token) yield return $"Authorization: Bearer {token}";
    }

    private async Task<HttpAnswer> Send(List<string> lines, CancellationToken cancellationToken)
    {
        Sent = [.. lines.Select(_secrets.Line)];
        try
        {
            await Stream.WriteAsync(Encoding.Latin1.GetBytes(string.Join("\r\n", lines) + "\r\n\r\n"), cancellationToken);
        }
        catch (IOException trouble)
        {
            throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.EndedWithoutAnswer }, trouble.Message);
        }

        var answer = await HttpAnswer.Read(Stream, cancellationToken);
        _isUpgraded = answer.Status == 101;
        return answer;
    }

    /// <summary>The same, as an upgrade that has to succeed.</summary>
    public async Task<HttpAnswer> Upgrade(CancellationToken cancellationToken)
    {
        var key = NewKey();
        var answer = await Ask(key, settings.Origin, cancellationToken);
        if (answer.Status == 101 && answer["Sec-WebSocket-Accept"] == WebSocketAgreement.AcceptOf(key)) return answer;
        var sign = answer.Status == 101 ? ProbeSign.WrongAccept : ProbeSign.NotUpgraded;
        throw new ProbeFailure(EvidenceOf(settings, answer, sign), Describe(answer)) { Heads = HeadsOf(answer) };
    }

    /// <summary>What an answer is evidence of.</summary>
    public static ProbeEvidence EvidenceOf(DoctorSettings settings, HttpAnswer answer, ProbeSign sign) => new()
    {
        Sign = sign,
        Status = answer.Status,
        Server = answer["Server"] ?? "",
        ContentType = answer["Content-Type"] ?? "",
        Path = settings.Target.Uri.AbsolutePath,
        Location = answer["Location"],
        Text = answer.Body,
        Proxy = answer.Proxy.Kind,
        HasToken = settings.Token is not null,
    };

    /// <summary>What was sent last, and what answered it.</summary>
    public DoctorHeads HeadsOf(HttpAnswer answer) => new(Sent, [_secrets.In(answer.StartLine), .. answer.Fields.Take(60).Select(field => _secrets.Line($"{field.Key}: {field.Value}"))]);

    public static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));

    public static string Describe(HttpAnswer answer) =>
        answer.StartLine + (answer["Server"] is { } server ? $", Server: {server}" : "") + (answer["Location"] is { } location ? $", Location: {location}" : "");

    public async ValueTask DisposeAsync()
    {
        if (_isUpgraded) await SayGoodbye();
        await Stream.DisposeAsync();
        _socket.Dispose();
    }

    /// <summary>Who examines a server's connections is not to leave any that look as if a client had been killed.</summary>
    private async Task SayGoodbye()
    {
        using var patience = new CancellationTokenSource(Goodbye);
        try
        {
            await Stream.WriteAsync(ClientFrame.Of(WebSocketOpcode.Close, [0x03, 0xE8]), patience.Token);
            var rest = new byte[4096];
            while (await Stream.ReadAsync(rest, patience.Token) > 0) continue;
        }
        catch (Exception over) when (over is IOException or OperationCanceledException or InvalidOperationException)
        {
            // It has ended otherwise, or does not answer.
        }
    }

    private bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        _errors = errors;
        _chain = [.. chain?.ChainElements.Take(8).Select(element => element.Certificate.Subject) ?? []];
        _expired = chain?.ChainStatus.Any(status => status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid)) == true;
        return errors == SslPolicyErrors.None;
    }
}
