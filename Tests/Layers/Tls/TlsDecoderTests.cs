using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Tls;
using RealtimeHello.Tests.Layers.Decoding;

namespace RealtimeHello.Tests.Layers.Tls;

public sealed class TlsDecoderTests
{
    // A ServerHello of TLS 1.2: record, handshake header, version, random, no session, ECDHE_RSA_AES_128_GCM, no compression, ALPN http/1.1.
    private static byte[] ServerHello() =>
    [
        0x16, 0x03, 0x03, 0x00, 0x3B,
        0x02, 0x00, 0x00, 0x37, 0x03, 0x03, .. new byte[32], 0x00, 0xC0, 0x2F, 0x00,
        0x00, 0x0F, 0x00, 0x10, 0x00, 0x0B, 0x00, 0x09, 0x08, .. "http/1.1"u8,
    ];

    private static Segment Received(params byte[] bytes) => new(Direction.Received, bytes, TapPoint.Wire);

    private static Segment Sent(params byte[] bytes) => new(Direction.Sent, bytes, TapPoint.Wire);

    [Fact]
    public async Task The_hello_that_dotnet_sends_is_read()
    {
        var hello = await ClientHello();
        var events = Wire.Decode([Received(hello)]);
        var found = (TlsClientHello)events.All.Single().Detail;
        found.ServerName.Should().Be("chat.example");
        found.ApplicationProtocols.Should().Equal("h2", "http/1.1");
        found.Versions.Should().Contain("TLS 1.2").And.Contain("TLS 1.3");
        found.CipherSuites.Should().BePositive();
        events.All.Single().Source.Should().Be(new ByteRange(0, hello.Length));
    }

    [Fact]
    public void A_server_hello_tells_what_was_chosen() =>
        Wire.Decode([Sent(ServerHello())]).All.Single().Detail.Should().Be(new TlsServerHello("TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "http/1.1"));

    [Fact]
    public void An_unencrypted_alert_is_read_by_its_name() =>
        Wire.Decode([Sent(0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28)]).All.Single().Should().Match<RecordedEvent>(
            e => e.Detail == new TlsAlert(2, 40, "handshake_failure") && e.Source == new ByteRange(0, 7));

    [Fact]
    public void A_hello_over_several_records_is_one_hello()
    {
        var body = ServerHello()[5..];
        var events = Wire.Decode([Sent([0x16, 0x03, 0x03, 0x00, 0x0A, .. body.AsSpan(0, 10), 0x16, 0x03, 0x03, 0x00, (byte)(body.Length - 10), .. body.AsSpan(10)])]);
        events.Of<TlsServerHello>().Should().ContainSingle();
        events.All.Single().Source.Should().Be(new ByteRange(0, body.Length + 10));
    }

    [Fact]
    public void Ciphertext_is_passed_over_whatever_it_looks_like() =>
        Wire.Decode([Sent([.. ServerHello(), 0x17, 0x03, 0x03, 0x00, 0x02, 1, 2, .. "GET / HTTP/1.1"u8])], ending: StreamEnding.Finished).Faults.Should().BeEmpty();

    [Fact]
    public void What_is_encrypted_behind_a_change_of_cipher_is_no_fault() =>
        Wire.Decode([Received(0x14, 0x03, 0x03, 0x00, 0x01, 0x01, 0x16, 0x03, 0x03, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00)]).All.Should().BeEmpty();

    [Theory]
    [InlineData("474554", "not TLS")]                             // GET: plain HTTP on a TLS port
    [InlineData("1604", "not TLS")]
    [InlineData("160303FFFF", "longer than TLS allows")]
    [InlineData("1603030004 01FFFFFF", "longer than 16384")]
    [InlineData("1603030005 0100000101", "contradict")]
    public void What_is_no_TLS_is_one_fault(string hex, string reason) =>
        Wire.Decode([Received(Convert.FromHexString(hex.Replace(" ", "")))]).Faults.Should().ContainSingle().Which.Reason.Should().Contain(reason);

    [Fact]
    public async Task A_whole_handshake_shows_its_hellos_and_no_fault()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=chat.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        var thumbprint = certificate.GetCertHashString();
        foreach (var version in (SslProtocols[])[SslProtocols.Tls12, SslProtocols.Tls13])
        {
            var events = new RecordedEvents();
            var decoder = new ConnectionDecoder(Perspective.Client, DecodingDepth.Lifecycle, events);
            var (left, right) = PipePair.Create((sent, bytes) => decoder.Push(TapPoint.Wire, sent ? Direction.Sent : Direction.Received, bytes));
            await using var client = new SslStream(left);
            await using var server = new SslStream(right);
            await Task.WhenAll(
                client.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions { TargetHost = "chat.example", EnabledSslProtocols = version, RemoteCertificateValidationCallback = (_, presented, _, _) => presented!.GetCertHashString() == thumbprint },
                    TestContext.Current.CancellationToken),
                server.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = certificate }, TestContext.Current.CancellationToken));
            await client.WriteAsync("hello"u8.ToArray(), TestContext.Current.CancellationToken);
            events.Faults.Should().BeEmpty();
            events.Of<TlsServerHello>().Single().Version.Should().Be(version == SslProtocols.Tls12 ? "TLS 1.2" : "TLS 1.3");
            events.Of<TlsServerHello>().Single().CipherSuite.Should().Be(client.NegotiatedCipherSuite.ToString());
        }
    }

    [Fact]
    public async Task Events_do_not_depend_on_cuts() => Wire.ShouldNotDependOnCuts([Received(await ClientHello()), Sent([.. ServerHello(), 0x15, 3, 3, 0, 2, 1, 0])]);

    [Fact]
    public async Task Mutated_bytes_never_throw() => Wire.ShouldSurviveMutation([Received(await ClientHello()), Sent([.. ServerHello(), 0x15, 3, 3, 0, 2, 1, 0])], from: 0);

    private static async Task<byte[]> ClientHello()
    {
        var hello = new List<byte>();
        var (left, right) = PipePair.Create((sent, bytes) => { if (sent) hello.AddRange(bytes); });
        await using var client = new SslStream(left);
        var handshake = client.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "chat.example",
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            },
            TestContext.Current.CancellationToken);
        var buffer = new byte[1];
        await right.ReadExactlyAsync(buffer, TestContext.Current.CancellationToken);
        await right.DisposeAsync();
        await FluentActions.Awaiting(() => handshake).Should().ThrowAsync<Exception>();
        return [.. hello];
    }
}
