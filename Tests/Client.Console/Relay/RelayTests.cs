using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RealtimeHello.Client.Relay;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Deploy.Proxies;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client.Relay;

/// <summary>What the relay does with bytes and endings, on real sockets.</summary>
public sealed class RelayTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpListener _target = new(IPAddress.Loopback, 0);

    public RelayTests() => _target.Start();

    public void Dispose() => _target.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bytes_pass_unchanged_both_ways_at_once_and_each_direction_ends_by_itself(bool clientEndsFirst)
    {
        await using var relay = await RunningRelay.Before(_target, settings => settings with { KeepHost = true });
        var (client, server) = await Pair(relay);
        using var _ = client;
        using var __ = server;
        var (up, down) = (Random(6_000_000), Random(5_000_000));

        var (first, second) = clientEndsFirst ? (client, server) : (server, client);
        var (ofFirst, ofSecond) = clientEndsFirst ? (up, down) : (down, up);
        var arrivedAtSecond = HashToEnd(second);
        var arrivedAtFirst = HashToEnd(first);
        var half = ofSecond.AsMemory(0, ofSecond.Length / 2);
        var sendingSecond = second.GetStream().WriteAsync(half).AsTask();
        await Send(first, ofFirst, finish: true);
        // One direction is over and its end has arrived, and the other still goes on.
        (await arrivedAtSecond.WaitAsync(Patience)).Should().Equal(SHA256.HashData(ofFirst));
        await sendingSecond;
        arrivedAtFirst.IsCompleted.Should().BeFalse();
        await Send(second, ofSecond[half.Length..], finish: true);
        (await arrivedAtFirst.WaitAsync(Patience)).Should().Equal(SHA256.HashData(ofSecond));

        var record = await relay.Closed("r1");
        (record.Counters.BytesReceived, record.Counters.BytesSent).Should().Be((6_000_000, 5_000_000));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Either_side_may_vanish_at_any_byte_and_the_other_learns_how(bool serverVanishes, bool byReset)
    {
        await using var relay = await RunningRelay.Before(_target, settings => settings with { KeepHost = true });
        var request = Encoding.ASCII.GetBytes("GET /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
        byte[] conversation = [.. request, 0x81, 0x85, 0x01, 0x84, 0x2a, 0xb4, 0x69, 0xe1, 0x46, 0xd8, 0x6e];
        for (var count = 0; count <= conversation.Length; count++)
        {
            var (client, server) = await Pair(relay);
            using var _ = client;
            using var __ = server;
            var (gone, left) = serverVanishes ? (server, client) : (client, server);
            await gone.GetStream().WriteAsync(conversation.AsMemory(0, count));
            if (!byReset)
            {
                gone.Close();
                (await ToEnd(left)).Should().Equal(conversation[..count], "{0} bytes", count);
                continue;
            }

            // What was sent before has to arrive, as a reset may overtake what is still on the way.
            var arrived = new byte[count];
            await left.GetStream().ReadExactlyAsync(arrived).AsTask().WaitAsync(Patience);
            arrived.Should().Equal(conversation[..count]);
            gone.Client.LingerState = new LingerOption(true, 0);
            // Not TcpClient's own Close, which says goodbye (FIN) first.
            gone.Client.Close();
            var reading = () => left.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Patience);
            (await reading.Should().ThrowAsync<IOException>("{0} bytes", count)).WithInnerException<SocketException>()
                .Which.SocketErrorCode.Should().Be(SocketError.ConnectionReset);
        }

        relay.Complaints.Should().BeEmpty();
        var (alive, there) = await Pair(relay);
        await alive.GetStream().WriteAsync("still there"u8.ToArray());
        var heard = new byte[11];
        await there.GetStream().ReadExactlyAsync(heard).AsTask().WaitAsync(Patience);
        alive.Close();
        there.Close();
    }

    [Fact]
    public async Task A_receiver_that_does_not_read_holds_up_its_sender_and_nothing_is_lost()
    {
        await using var relay = await RunningRelay.Before(_target, settings => settings with { KeepHost = true });
        var (client, server) = await Pair(relay);
        using var _ = client;
        using var __ = server;
        var bytes = Random(64 * 1024 * 1024);

        var sending = Send(server, bytes, finish: true);
        var record = relay.Journal.Find("r1")!;
        // The kernel's buffers take some; what the relay itself read and could not pass on is one buffer.
        await Until(relay.Journal, () => record.Counters.BacklogBytes > 0);
        record.Counters.BacklogBytes.Should().BeLessThanOrEqualTo(256 * 1024);
        sending.IsCompleted.Should().BeFalse();
        record.Counters.BytesSent.Should().BeLessThan(bytes.Length);

        (await HashToEnd(client).WaitAsync(Patience)).Should().Equal(SHA256.HashData(bytes));
        await sending;
    }

    [Fact]
    public async Task A_thousand_connections_at_once_each_get_their_own_bytes()
    {
        await using var relay = await RunningRelay.Before(_target, settings => settings with { KeepHost = true });
        var echoing = EchoAll(1_000);
        var clients = new List<TcpClient>();
        for (var i = 0; i < 1_000; i++) clients.Add(await relay.Connect());
        for (var i = 0; i < 1_000; i++) await clients[i].GetStream().WriteAsync(Encoding.ASCII.GetBytes($"connection {i:0000}"));
        for (var i = 0; i < 1_000; i++)
        {
            var heard = new byte[15];
            await clients[i].GetStream().ReadExactlyAsync(heard).AsTask().WaitAsync(Patience);
            Encoding.ASCII.GetString(heard).Should().Be($"connection {i:0000}");
        }

        foreach (var client in clients) client.Close();
        await echoing.WaitAsync(Patience);
        for (var i = 1; i <= 1_000; i++) await relay.Closed($"r{i}");
        relay.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task Nobody_listens_there_is_said_to_the_client_and_in_the_record()
    {
        var port = ((IPEndPoint)_target.LocalEndpoint).Port;
        _target.Stop();
        await using var relay = await RunningRelay.Before($"ws://127.0.0.1:{port}");
        using var client = await relay.Connect();
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"u8.ToArray());

        var answer = Encoding.UTF8.GetString(await ToEnd(client));
        answer.Should().StartWith("HTTP/1.1 502 Bad Gateway\r\n").And.EndWith($"RealtimeHello relay: Nothing listens at ws://127.0.0.1:{port}. Start the server, or check --target.\n");
        client.Close();
        var close = (await relay.Closed("r1")).Close!;
        (close.By, close.Layer, close.Cause).Should().Be((ClosedBy.Network, Layer.Tcp, CloseCauses.TargetUnreachable));
        close.Sentence.Should().Be($"Nothing listens at ws://127.0.0.1:{port}. Start the server, or check --target.");
    }

    [Fact]
    public async Task Being_stopped_while_the_target_is_waited_for_is_not_put_down_to_the_client()
    {
        var relay = await RunningRelay.Before($"wss://localhost:{((IPEndPoint)_target.LocalEndpoint).Port}");
        using var client = await relay.Connect();
        using var server = await _target.AcceptTcpClientAsync().WaitAsync(Patience);
        await relay.DisposeAsync();

        Broken(await relay.Closed("r1")).Should().Equal("aborted by this side: the relay was stopped");
    }

    [Fact]
    public async Task A_client_that_stays_behind_the_answer_that_there_is_no_way_is_cut_off_by_the_relay()
    {
        var port = ((IPEndPoint)_target.LocalEndpoint).Port;
        _target.Stop();
        await using var relay = await RunningRelay.Before($"ws://127.0.0.1:{port}");
        using var client = await relay.Connect();
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());

        Broken(await relay.Closed("r1")).Should().Equal("aborted by this side: the client was still there after 2 s");
    }

    [Theory]
    [InlineData("", "aborted by this side: the client did not finish the TLS handshake within 0.5 s")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "aborted by this side: the TLS handshake failed: *")]
    public async Task A_TLS_handshake_that_the_relay_gives_up_is_not_put_down_to_the_client(string sent, string told)
    {
        using var home = new TemporaryFolder();
        using var own = RelayCertificate.Of(home.Path, "localhost", DateTimeOffset.UtcNow);
        await using var relay = await RunningRelay.Before(
            $"ws://{_target.LocalEndpoint}", settings => settings with { Patience = TimeSpan.FromSeconds(0.5) }, own);
        using var client = await relay.Connect();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(sent));

        Broken(await relay.Closed("r1")).Should().ContainSingle().Which.Should().Match(told);
    }

    [Fact]
    public async Task With_TLS_on_both_sides_the_plain_bytes_are_recorded_and_goodbyes_kept()
    {
        using var home = new TemporaryFolder();
        using var own = RelayCertificate.Of(home.Path, "localhost", DateTimeOffset.UtcNow);
        using var again = RelayCertificate.Of(home.Path, "localhost", DateTimeOffset.UtcNow);
        again.Thumbprint.Should().Be(own.Thumbprint);
        using var renewed = RelayCertificate.Of(home.Path, "localhost", DateTimeOffset.UtcNow.AddDays(360));
        using var ofTarget = new TestCertificate();
        using var shown = X509CertificateLoader.LoadPkcs12(X509Certificate2.CreateFromPemFile(ofTarget.Chain, ofTarget.Key).Export(X509ContentType.Pkcs12), null);
        renewed.Thumbprint.Should().NotBe(own.Thumbprint);
        await using var relay = await RunningRelay.Before($"wss://localhost:{((IPEndPoint)_target.LocalEndpoint).Port}", settings => settings with { Insecure = true }, own);

        using var client = await relay.Connect();
        using var trusted = X509CertificateLoader.LoadCertificateFromFile(RelayCertificate.FileOf(home.Path, "localhost"));
        await using var tls = new SslStream(client.GetStream());
        var greeting = tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { own }, RevocationMode = X509RevocationMode.NoCheck },
        });
        using var server = await _target.AcceptTcpClientAsync().WaitAsync(Patience);
        await using var behind = new SslStream(server.GetStream());
        await behind.AuthenticateAsServerAsync(shown).WaitAsync(Patience);
        await greeting.WaitAsync(Patience);
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET /secret HTTP/1.1\r\nHost: localhost:1\r\nOrigin: https://localhost:{relay.End.Port}\r\nAuthorization: Bearer abc\r\n\r\n"));
        await tls.ShutdownAsync();
        client.Client.Shutdown(SocketShutdown.Send);
        var arrived = Encoding.ASCII.GetString(await ToEnd(behind));
        await behind.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray());
        behind.Close();
        server.Close();

        var authority = $"localhost:{((IPEndPoint)_target.LocalEndpoint).Port}";
        arrived.Should().Be($"GET /secret HTTP/1.1\r\nHost: {authority}\r\nOrigin: https://{authority}\r\nAuthorization: Bearer abc\r\n\r\n");
        Encoding.ASCII.GetString(await ToEnd(tls)).Should().Be("HTTP/1.1 204 No Content\r\n\r\n");
        var told = RecordEvents.Of(await relay.Closed("r1"));
        told.Select(happened => $"{LayerNames.Of(happened.Detail.Layer)}.{happened.Detail.Kind}").Should().ContainInOrder(
            "tcp.opened", "tls.clientHello", "tls.handshake", "tcp.relayed", "tls.relayed", "http.request", "http.rewritten", "http.response", "tcp.closed");
        told.Should().NotContain(happened => happened.Detail.Summary.Contains("abc", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_certificate_of_the_target_that_is_not_trusted_is_said()
    {
        using var ofTarget = new TestCertificate();
        using var shown = X509CertificateLoader.LoadPkcs12(X509Certificate2.CreateFromPemFile(ofTarget.Chain, ofTarget.Key).Export(X509ContentType.Pkcs12), null);
        await using var relay = await RunningRelay.Before($"wss://localhost:{((IPEndPoint)_target.LocalEndpoint).Port}");
        using var client = await relay.Connect();
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        using var server = await _target.AcceptTcpClientAsync().WaitAsync(Patience);
        await using var behind = new SslStream(server.GetStream());
        await behind.AuthenticateAsServerAsync(shown).ContinueWith(_ => { }, TaskScheduler.Default).WaitAsync(Patience);

        Encoding.UTF8.GetString(await ToEnd(client)).Should().Contain("502 Bad Gateway").And.Contain("was not taken: it is not trusted here, or expired. Trust it, or give --insecure to take any.");
        client.Close();
        (await relay.Closed("r1")).Close!.Layer.Should().Be(Layer.Tls);
    }

    [Fact]
    public async Task Hostile_bytes_pass_and_are_named_as_faults()
    {
        await using var relay = await RunningRelay.Before(_target);
        var (client, server) = await Pair(relay);
        using var _ = client;
        using var __ = server;
        await client.GetStream().WriteAsync("GET /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"u8.ToArray());
        var head = new byte[4096];
        await server.GetStream().ReadAtLeastAsync(head, 100).AsTask().WaitAsync(Patience);
        await server.GetStream().WriteAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"u8.ToArray());
        await client.GetStream().ReadAtLeastAsync(head, 100).AsTask().WaitAsync(Patience);
        // A reserved opcode, then a frame of 2^63 bytes: both are rubbish, and both pass.
        byte[] rubbish = [0x83, 0x00, 0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, .. Random(10_000)];
        await Send(client, rubbish, finish: true);

        (await ToEnd(server)).Should().Equal(rubbish);
        server.Close();
        RecordEvents.Of(await relay.Closed("r1")).Select(happened => happened.Detail).OfType<DecodeFault>().Should().NotBeEmpty();
    }

    [Fact]
    public async Task Whoever_comes_when_it_is_full_waits_for_a_place()
    {
        await using var relay = await RunningRelay.Before(_target, settings => settings with { MaximumConnections = 1 });
        var (client, server) = await Pair(relay);
        using var waiting = await relay.Connect();
        await waiting.GetStream().WriteAsync("hello"u8.ToArray());
        client.Close();
        server.Close();

        using var second = await _target.AcceptTcpClientAsync().WaitAsync(Patience);
        (await relay.Closed("r1")).Close.Should().NotBeNull();
        relay.Journal.Find("r2").Should().NotBeNull();
    }

    [Fact]
    public async Task A_port_that_is_taken_and_an_address_of_somebody_else_are_said_in_a_sentence()
    {
        var port = ((IPEndPoint)_target.LocalEndpoint).Port;
        var taken = () => RunningRelay.Before("ws://127.0.0.1:1", settings => settings with { Listen = new ListenAddress("127.0.0.1", port, false) });
        (await taken.Should().ThrowAsync<Exception>()).WithMessage($"Something listens at 127.0.0.1:{port} already; choose another --listen, or port 0 for a free one.");
        var elsewhere = () => RunningRelay.Before("ws://127.0.0.1:1", settings => settings with { Listen = new ListenAddress("192.0.2.1", 0, false) });
        (await elsewhere.Should().ThrowAsync<Exception>()).WithMessage("This machine has no address 192.0.2.1 to listen at.");
    }

    private static async Task Until(Journal journal, Func<bool> isSo)
    {
        using var watch = journal.Watch();
        using var patience = new CancellationTokenSource(Patience);
        while (!isSo())
        {
            // The backlog itself is no entry of the journal: it is there a moment behind the last one.
            using var soon = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
            soon.CancelAfter(TimeSpan.FromMilliseconds(50));
            await watch.WaitAsync(soon.Token).AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    private async Task<(TcpClient Client, TcpClient Server)> Pair(RunningRelay relay)
    {
        var client = await relay.Connect();
        return (client, await _target.AcceptTcpClientAsync().WaitAsync(Patience));
    }

    private async Task EchoAll(int count)
    {
        var echoes = new List<Task>();
        for (var i = 0; i < count; i++) echoes.Add(Echo(await _target.AcceptTcpClientAsync()));
        await Task.WhenAll(echoes);
    }

    private static async Task Echo(TcpClient client)
    {
        using (client) await client.GetStream().CopyToAsync(client.GetStream());
    }

    private static IEnumerable<string> Broken(ConnectionRecord record) =>
        RecordEvents.Of(record).Select(happened => happened.Detail).OfType<TcpReset>().Select(reset => reset.Summary);

    private static byte[] Random(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static async Task Send(TcpClient sender, byte[] bytes, bool finish)
    {
        await sender.GetStream().WriteAsync(bytes);
        if (finish) sender.Client.Shutdown(SocketShutdown.Send);
    }

    private static Task<byte[]> HashToEnd(TcpClient receiver) => SHA256.HashDataAsync(receiver.GetStream()).AsTask();

    private static Task<byte[]> ToEnd(TcpClient receiver) => ToEnd(receiver.GetStream());

    private static async Task<byte[]> ToEnd(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all).WaitAsync(Patience);
        return all.ToArray();
    }
}
