using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Recording;

namespace RealtimeHello.Tests.Inspector;

/// <summary>
/// The ways in which a connection ends, each made to happen on a real socket in an application that knows nothing of the chat, and what the inspector says of it:
/// who, at which layer, with which code, and why. SignalR itself closes with 1000 for nearly all of them.
/// </summary>
public sealed class EndingsTests
{
    private const string Operator = "an-operator-token-of-the-test-0123456789";
    private const string Json = "{\"protocol\":\"json\",\"version\":1}\u001e";
    private const string MessagePack = "{\"protocol\":\"messagepack\",\"version\":1}\u001e";

    /// <summary>What the client does, and what is said of it.</summary>
    private sealed record Ending(string Path, Func<RawClient, Task> Provoke, ClosedBy By, Layer Layer, int? Code, string Cause, string Says);

    /// <summary>The beginning of a frame of 4096 bytes.</summary>
    private static readonly byte[] partOfAFrame = [0x81, 0xFE, 0x10, 0x00, 0, 0, 0, 0, (byte)'{'];

    /// <summary>An invocation whose length of less than 126 is written in 16 bits, which the server takes.</summary>
    private static readonly byte[] longLength = LongLength("{\"type\":1,\"invocationId\":\"1\",\"target\":\"Echo\",\"arguments\":[\"x\"]}\u001e");

    private static readonly Dictionary<string, Ending> endings = new()
    {
        ["a Close frame of the client"] = new(
            "/hasty", wire => wire.Begin(Json, [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8]), ClosedBy.Client, Layer.WebSocket, 1000, CloseCauses.ClientClosed, "The client closed the WebSocket (1000)"),
        ["a page that was left"] = new(
            "/hasty", wire => wire.Begin(Json, [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE9]), ClosedBy.Client, Layer.WebSocket, 1001, CloseCauses.ClientClosed, "as when a page is left"),
        ["SignalR's Close message from the client"] = new(
            "/hasty", wire => wire.Begin(Json, RecordedConversation.Frame("{\"type\":7}\u001e", masked: true)), ClosedBy.Client, Layer.SignalR, 1000, CloseCauses.ClientClosed, "said goodbye with SignalR's Close message"),
        ["a killed client (FIN)"] = new(
            "/hasty", async wire => { await wire.Begin(Json); wire.Socket.Shutdown(SocketShutdown.Send); }, ClosedBy.Client, Layer.Tcp, null, CloseCauses.ClientVanished, "its process was killed"),
        ["a reset (RST)"] = new(
            "/hasty", async wire => { await wire.Begin(Json); wire.Reset(); }, ClosedBy.Network, Layer.Tcp, null, CloseCauses.NetworkReset, "was reset (RST)"),
        ["a client killed within a frame (FIN)"] = new(
            "/echo", async wire => { await wire.Begin(Json, partOfAFrame); wire.Socket.Shutdown(SocketShutdown.Send); }, ClosedBy.Client, Layer.Tcp, null, CloseCauses.ClientVanished, "its process was killed"),
        ["a reset within a frame (RST)"] = new(
            "/echo", async wire => { await wire.Begin(Json, partOfAFrame); wire.Reset(); }, ClosedBy.Network, Layer.Tcp, null, CloseCauses.NetworkReset, "was reset (RST)"),
        ["a client killed long after a length in more bytes than it needs"] = new(
            "/echo", async wire => { await wire.Begin(Json, longLength); await wire.ReceiveTo("of 22\"}\u001e"); wire.Socket.Shutdown(SocketShutdown.Send); },
            ClosedBy.Client, Layer.Tcp, null, CloseCauses.ClientVanished, "its process was killed"),
        ["silence after a keep-alive"] = new(
            "/hasty", wire => wire.Begin(Json, RecordedConversation.Frame("{\"type\":6}\u001e", masked: true)), ClosedBy.Server, Layer.SignalR, 1000, CloseCauses.KeepAliveTimeout, "heard nothing from the client"),
        ["no handshake"] = new(
            "/hasty", wire => wire.Upgrade(), ClosedBy.Server, Layer.SignalR, 1000, CloseCauses.HandshakeTimeout, "did not come in time"),
        ["a handshake without its end"] = new(
            "/hasty", wire => wire.Upgrade(RecordedConversation.Frame("{\"protocol\":\"json\",\"version\":1}", masked: true)), ClosedBy.Server, Layer.SignalR, 1000, CloseCauses.HandshakeTimeout, "left out its end, 0x1E"),
        ["an unknown hub protocol"] = new(
            "/hasty", wire => wire.Upgrade(RecordedConversation.Frame("{\"protocol\":\"smoke-signals\",\"version\":1}\u001e", masked: true)), ClosedBy.Server, Layer.SignalR, 1000, CloseCauses.HandshakeRefused, "smoke-signals"),
        ["an unknown version"] = new(
            "/hasty", wire => wire.Upgrade(RecordedConversation.Frame("{\"protocol\":\"json\",\"version\":9}\u001e", masked: true)), ClosedBy.Server, Layer.SignalR, 1000, CloseCauses.HandshakeRefused, "version"),
        ["a hub that fails while connecting"] = new(
            "/hasty?fail=1", wire => wire.Begin(Json), ClosedBy.Server, Layer.Hub, 1000, CloseCauses.HubFailed, "InvalidOperationException: The database is on fire."),
        ["Context.Abort()"] = new(
            "/hasty", wire => wire.Begin(Json, RecordedConversation.Frame("{\"type\":1,\"target\":\"AbortMe\",\"arguments\":[]}\u001e", masked: true)), ClosedBy.Server, Layer.SignalR, 1000, CloseCauses.ServerAborted, "the hub called Context.Abort()"),
        ["a hub message over the limit"] = new(
            "/hasty", wire => wire.Begin(Json, RecordedConversation.Frame($"{{\"type\":1,\"target\":\"{new string('x', 2000)}\",\"arguments\":[]}}\u001e", masked: true)), ClosedBy.Server, Layer.SignalR, 1000, CloseCauses.MessageTooLarge, "1024B"),
        ["broken JSON"] = new(
            "/hasty", wire => wire.Begin(Json, RecordedConversation.Frame("{\"type\":1,,}\u001e", masked: true)), ClosedBy.Server, Layer.SignalR, 1000, CloseCauses.BadMessage, "could not read a hub message"),
        ["broken MessagePack"] = new(
            "/hasty", wire => wire.Begin(MessagePack, [0x82, 0x83, 0, 0, 0, 0, 0x02, 0x91, 0xC1]), ClosedBy.Server, Layer.SignalR, 1000, CloseCauses.BadMessage, "could not read a hub message"),
        ["an unmasked frame"] = new(
            "/hasty", wire => wire.Begin(Json, [0x81, 0x05, 0x68, 0x65, 0x6C, 0x6C, 0x6F]), ClosedBy.Server, Layer.WebSocket, 1002, CloseCauses.ProtocolError, "is not masked"),
        ["a reserved bit"] = new(
            "/hasty", wire => wire.Begin(Json, [0xA1, 0x80, 0, 0, 0, 0]), ClosedBy.Server, Layer.WebSocket, 1002, CloseCauses.ProtocolError, "reserved bit"),
        ["an unknown opcode"] = new(
            "/hasty", wire => wire.Begin(Json, [0x83, 0x80, 0, 0, 0, 0]), ClosedBy.Server, Layer.WebSocket, 1002, CloseCauses.ProtocolError, "Opcode 0x3"),
        ["a long control frame"] = new(
            "/hasty", wire => wire.Begin(Json, [0x89, 0xFE, 0x00, 0x7E, 0, 0, 0, 0]), ClosedBy.Server, Layer.WebSocket, 1002, CloseCauses.ProtocolError, "125 are the most"),
        ["a text that is not UTF-8"] = new(
            "/hasty", wire => wire.Begin(Json, [0x81, 0x81, 0, 0, 0, 0, 0xFF]), ClosedBy.Server, Layer.WebSocket, 1007, CloseCauses.ProtocolError, "invalid frame payload data"),
        ["a client that finds fault with the server's frames"] = new(
            "/hasty", wire => wire.Begin(Json, [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xEA]), ClosedBy.Client, Layer.WebSocket, 1002, CloseCauses.ProtocolError, "because of what the server sent"),
        ["a client to which a message is too large, echoed"] = new(
            "/inspect/echo", wire => wire.Upgrade([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xF1]), ClosedBy.Client, Layer.WebSocket, 1009, CloseCauses.MessageTooLarge, "larger than the client takes"),
        ["a client that does not read"] = new(
            "/hasty", wire => wire.Begin(Json, RecordedConversation.Frame("{\"type\":1,\"target\":\"Flood\",\"arguments\":[]}\u001e", masked: true)), ClosedBy.Server, Layer.Tcp, null, CloseCauses.SlowReader, "did not read"),
        ["a path where nothing is"] = new(
            "/nowhere", wire => wire.Ask(), ClosedBy.Server, Layer.Http, 404, CloseCauses.UpgradeRefused, "nothing is mapped at this path"),
        ["a path that forbids"] = new(
            "/forbidden", wire => wire.Ask(), ClosedBy.Server, Layer.Http, 403, CloseCauses.UpgradeRefused, "origin is not allowed, or the user is not"),
    };

    public static TheoryData<string> Names => [.. endings.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_ending_is_named_with_who_where_and_why(string name)
    {
        var ending = endings[name];
        var (application, record) = await Provoke(ending);
        await using var _ = application;
        var close = record.Close!;
        close.Should().BeEquivalentTo(new { ending.By, ending.Layer, ending.Code, ending.Cause }, close.Sentence);
        close.Sentence.Should().Contain(ending.Says);
        await ShouldBeTold(application, record);
    }

    /// <summary>Makes an ending happen.</summary>
    /// <returns>What is said of it.</returns>
    internal static async Task<CloseReport> Provoke(string name)
    {
        var (application, record) = await Provoke(endings[name]);
        await application.DisposeAsync();
        return record.Close!;
    }

    private static async Task<(StrangersApplication Application, ConnectionRecord Record)> Provoke(Ending ending)
    {
        var application = await StrangersApplication.Start(options => options.OperatorToken = Operator);
        using var wire = new RawClient(application.Plain, ending.Path) { Fields = ending.Path.StartsWith("/inspect", StringComparison.Ordinal) ? $"Authorization: Bearer {Operator}\r\n" : "" };
        await ending.Provoke(wire);

        return (application, await application.Journal.FirstClosed());
    }

    [Fact]
    public async Task A_server_that_stops_is_named()
    {
        await using var application = await StrangersApplication.Start();
        using var wire = new RawClient(application.Plain, "/hasty");
        await wire.Begin(Json);

        await application.Stop();

        var close = (await application.Journal.FirstClosed()).Close!;
        close.Cause.Should().Be(CloseCauses.ServerStopping, close.Sentence);
        close.By.Should().Be(ClosedBy.Server);
    }

    [Fact]
    public async Task A_sign_in_that_expires_is_no_stop_of_the_server()
    {
        await using var application = await StrangersApplication.Start();
        using var wire = new RawClient(application.Plain, "/echo") { Fields = $"Authorization: {StrangersUsers.Authorization("brief")}\r\n" };
        await wire.Begin(Json);

        var close = (await application.Journal.FirstClosed()).Close!;
        close.Should().BeEquivalentTo(new { By = ClosedBy.Server, Layer = Layer.SignalR, Code = 1000, Cause = CloseCauses.ServerClosed }, close.Sentence);
        close.Sentence.Should().Contain("a sign-in has expired");
    }

    [Fact]
    public async Task A_server_that_stops_is_named_where_nothing_was_asked()
    {
        await using var application = await StrangersApplication.Start();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(application.Plain.Host, application.Plain.Port, TestContext.Current.CancellationToken);
        await application.Journal.First(_ => true);

        await application.Stop();

        var close = (await application.Journal.FirstClosed(_ => true)).Close!;
        close.Should().BeEquivalentTo(new { By = ClosedBy.Server, Layer = Layer.Tcp, Cause = CloseCauses.ServerStopping }, close.Sentence);
    }

    [Theory]
    [InlineData("GARBAGE\r\n\r\n")]
    [InlineData("GET /echo HTTP/1.1\r\nHost : a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")]
    public async Task What_cannot_be_read_as_a_request_is_told_with_its_refusal(string text)
    {
        await using var application = await StrangersApplication.Start();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(application.Plain.Host, application.Plain.Port, TestContext.Current.CancellationToken);
        await socket.SendAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);

        var close = (await application.Journal.FirstClosed(_ => true)).Close!;
        close.Should().BeEquivalentTo(new { By = ClosedBy.Server, Layer = Layer.Http, Code = 400, Cause = CloseCauses.UpgradeRefused }, close.Sentence);
        close.Sentence.Should().Contain("400 Bad Request");
    }

    [Fact]
    public async Task A_client_that_does_not_trust_the_certificate_is_named()
    {
        await using var application = await StrangersApplication.Start();
        using var client = new TcpClient();
        await client.ConnectAsync(application.Secure.Host, application.Secure.Port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(client.GetStream());
        var shaking = async () => await tls.AuthenticateAsClientAsync("localhost");
        await shaking.Should().ThrowAsync<AuthenticationException>();
        client.Close();

        var close = (await application.Journal.FirstClosed(record => record.IsSecure)).Close!;
        close.Should().BeEquivalentTo(new { By = ClosedBy.Client, Layer = Layer.Tls, Cause = CloseCauses.ClientClosed }, close.Sentence);
        close.Sentence.Should().Contain("may not trust the certificate");
    }

    [Fact]
    public async Task A_client_that_says_in_an_alert_that_it_does_not_take_the_certificate_is_named()
    {
        await using var application = await StrangersApplication.Start();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(application.Secure.Host, application.Secure.Port, TestContext.Current.CancellationToken);
        // Up to TLS 1.2 a client's alert is not encrypted: a hello, and unknown_ca behind the server's answer.
        await socket.SendAsync(
            (byte[])[
                0x16, 3, 1, 0, 69, 1, 0, 0, 65, 3, 3, .. new byte[32], 0, 0, 2, 0xC0, 0x2B, 1, 0,
                0, 22, 0, 0x0A, 0, 4, 0, 2, 0, 0x17, 0, 0x0D, 0, 4, 0, 2, 4, 3, 0, 0x0B, 0, 2, 1, 0],
            TestContext.Current.CancellationToken);
        var answer = new byte[4096];
        (await socket.ReceiveAsync(answer, TestContext.Current.CancellationToken)).Should().BePositive();
        answer[0].Should().Be(0x16, "the server goes on with the handshake");
        await socket.SendAsync((byte[])[0x15, 3, 3, 0, 2, 2, 48], TestContext.Current.CancellationToken);

        var close = (await application.Journal.FirstClosed(record => record.IsSecure)).Close!;
        close.Should().BeEquivalentTo(new { By = ClosedBy.Client, Layer = Layer.Tls, Code = 48, Cause = CloseCauses.TlsFailed }, close.Sentence);
        close.Sentence.Should().Contain("the client does not take the server's certificate").And.Contain("unknown_ca");
    }

    [Fact]
    public async Task Plain_http_at_a_port_for_tls_is_named()
    {
        await using var application = await StrangersApplication.Start();
        using var wire = new RawClient(application.Secure, "/hasty");
        await wire.Ask();

        var close = (await application.Journal.FirstClosed()).Close!;
        close.Should().BeEquivalentTo(new { By = ClosedBy.Server, Layer = Layer.Tcp, Cause = CloseCauses.ServerAborted }, close.Sentence);
        close.Sentence.Should().Contain("without an answer").And.Contain("TLS");
    }

    private static byte[] LongLength(string text) => [0x81, 0xFE, 0, (byte)text.Length, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(text)];

    [Fact]
    public async Task A_page_that_was_left_over_TLS_is_named_though_the_end_of_the_socket_comes_with_its_Close_frame()
    {
        await using var application = await StrangersApplication.Start();
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(application.Secure.Host, application.Secure.Port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: true, StrangersApplication.IsItsCertificate);
        await tls.AuthenticateAsClientAsync("localhost");
        await tls.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /echo HTTP/1.1\r\nHost: {application.Secure.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
            TestContext.Current.CancellationToken);
        (await tls.ReadAsync(new byte[4096], TestContext.Current.CancellationToken)).Should().BePositive();
        await tls.WriteAsync(RecordedConversation.Frame(Json, masked: true), TestContext.Current.CancellationToken);
        (await tls.ReadAsync(new byte[4096], TestContext.Current.CancellationToken)).Should().BePositive();

        await tls.WriteAsync(new byte[] { 0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE9 }, TestContext.Current.CancellationToken);
        await tls.ShutdownAsync();
        client.Client.Shutdown(SocketShutdown.Send);

        var close = (await application.Journal.FirstClosed()).Close!;
        close.Should().BeEquivalentTo(new { By = ClosedBy.Client, Layer = Layer.WebSocket, Code = 1001, Cause = CloseCauses.ClientClosed }, close.Sentence);
    }

    /// <summary>The same in the inspector's JSON.</summary>
    private static async Task ShouldBeTold(StrangersApplication application, ConnectionRecord record)
    {
        using var http = new HttpClient { BaseAddress = application.Plain };
        http.DefaultRequestHeaders.Authorization = new("Bearer", Operator);
        var json = JsonDocument.Parse(await http.GetStringAsync(new Uri($"/inspect/connections/{record.Id}", UriKind.Relative))).RootElement;
        json.GetProperty("state").GetString().Should().Be(record.Close!.Cause == CloseCauses.UpgradeRefused ? "refused" : "closed");
        json.GetProperty("close").GetProperty("cause").GetString().Should().Be(record.Close.Cause);
        json.GetProperty("close").GetProperty("sentence").GetString().Should().Be(record.Close.Sentence);
    }
}
