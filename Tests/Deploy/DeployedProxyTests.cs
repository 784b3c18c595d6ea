using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RealtimeHello.Contracts;
using RealtimeHello.Server.Chat.Wire;
using RealtimeHello.Tests.Deploy.Proxies;
using RealtimeHello.Tests.Pages;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Deploy;

/// <summary>
/// A configuration of deploy/ in the real proxy, in front of a real server. Only ports, addresses, files and the user are replaced by the test's.
/// </summary>
public abstract class DeployedProxyTests(ServerBehind server) : IClassFixture<ServerBehind>
{
    /// <summary>A client that is not at the proxy's own address.</summary>
    private static readonly IPAddress ClientAddress = IPAddress.Parse("127.0.0.2");

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    protected abstract ProxyProgram Program { get; }

    protected abstract string PlainFile { get; }

    protected abstract string SecureFile { get; }

    /// <summary>Where the configuration names the server.</summary>
    protected string Backend => $"127.0.0.1:{server.Chat.Address.Port}";

    protected TestCertificate Certificate => server.Certificate;

    /// <summary>The test's own ports, addresses and files in place of those of an installation.</summary>
    /// <param name="text">The file of deploy/.</param>
    /// <param name="plain">The port in place of 80.</param>
    /// <param name="secure">The port in place of 443.</param>
    /// <param name="folder">Where the proxy may write.</param>
    protected abstract string Localize(string text, int plain, int secure, string folder);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task The_chat_goes_through(bool secure, bool messagePack)
    {
        await using var proxy = await Start(secure);
        var name = $"{(secure ? "secure" : "plain")}-{(messagePack ? "pack" : "json")}";
        await using var hub = Hub(proxy, secure, await SignIn(proxy, secure, name), messagePack);
        var posted = new Inbox<ChatMessage>(hub, "MessagePosted");
        await hub.StartAsync(TestContext.Current.CancellationToken);
        await hub.Join(name);
        await hub.Post(name, "hello");
        await hub.Post(name, new string('x', 2_000));

        (await posted.Next()).Text.Should().Be("hello");
        (await posted.Next()).Text.Should().HaveLength(2_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_long_message_comes_back_as_it_went(bool secure)
    {
        await using var proxy = await Start(secure);
        using var socket = await Hello(proxy, secure);
        using var limit = new CancellationTokenSource(Limit);
        var sent = RandomNumberGenerator.GetBytes(1024 * 1024);
        var sending = socket.SendAsync(sent, WebSocketMessageType.Binary, true, limit.Token);
        using var received = new MemoryStream();
        var buffer = new byte[64 * 1024];
        ValueWebSocketReceiveResult piece;
        do
        {
            piece = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
            received.Write(buffer, 0, piece.Count);
        }
        while (!piece.EndOfMessage);

        await sending;
        SHA256.HashData(received.ToArray()).Should().Equal(SHA256.HashData(sent));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", limit.Token);
        socket.CloseStatusDescription.Should().Be("done");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_inspectors_feed_is_not_held_back(bool secure)
    {
        await using var proxy = await Start(secure);
        using var http = Http(proxy, secure);
        http.DefaultRequestHeaders.Authorization = new("Bearer", ServerBehind.Operator);
        http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip");
        using var limit = new CancellationTokenSource(Limit);
        using var answer = await http.GetAsync(new Uri("/inspect/events?layers=application", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, limit.Token);
        await using var items = SseParser.Create(await answer.Content.ReadAsStreamAsync(limit.Token)).EnumerateAsync(limit.Token).GetAsyncEnumerator(limit.Token);
        (await items.MoveNextAsync()).Should().BeTrue();
        items.Current.EventType.Should().Be("ready");

        // Each is waited for before the next one is made: an answer that is gathered up somewhere would not come.
        await using var hub = await server.Chat.Connect(secure ? "watched-secure" : "watched-plain");
        for (var i = 1; i <= 3; i++)
        {
            var room = $"feed-{(secure ? "secure" : "plain")}-{i}";
            await hub.Join(room);
            do (await items.MoveNextAsync()).Should().BeTrue();
            while (!items.Current.Data.Contains(room, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_real_client_is_shown_and_not_what_it_claims_to_be(bool secure)
    {
        await using var proxy = await Start(secure);
        // With an origin: behind TLS it is the server's own only if the proxy says that the client came by https.
        var path = $"/hello?{Guid.NewGuid():N}";
        using var socket = await Hello(
            proxy, secure, path, ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "gopher"), ("Origin", Address(proxy, secure).GetLeftPart(UriPartial.Authority)));
        socket.State.Should().Be(WebSocketState.Open);

        using var http = server.Chat.Http();
        http.DefaultRequestHeaders.Authorization = new("Bearer", ServerBehind.Operator);
        using var list = JsonDocument.Parse(await http.GetStringAsync(new Uri("/inspect/connections?path=/hello&state=open", UriKind.Relative), TestContext.Current.CancellationToken));
        var connection = list.RootElement.GetProperty("items").EnumerateArray().First();
        connection.GetProperty("remote").GetString().Should().Be($"{ClientAddress}");
        connection.GetProperty("proxy").GetString().Should().StartWith("127.0.0.1:");
        await server.Chat.Logged($"for the client {ClientAddress}, by the proxy {connection.GetProperty("proxy").GetString()}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_doctor_finds_every_layer_healthy(bool secure)
    {
        await using var proxy = await Start(secure);
        var token = (await server.Chat.SignIn(secure ? "doctored-secure" : "doctored-plain")).AccessToken;
        var (exitCode, output, errors) = await ConsoleProgram.Run(
            "", [("SSL_CERT_FILE", Certificate.Issuer)], "doctor", $"{Address(proxy, secure)}", "--hub", "/chat", "--token", token, "--idle", "1");

        exitCode.Should().Be(0, output + errors + proxy.Said);
        output.Should().Contain("SignalR").And.Contain("Healthy").And.NotContain(token);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reload_in_the_middle_loses_nothing(bool secure)
    {
        await using var proxy = await Start(secure);
        var room = secure ? "reload-secure" : "reload-plain";
        var session = await SignIn(proxy, secure, room);
        await using var hub = Hub(proxy, secure, session);
        var posted = new Inbox<ChatMessage>(hub, "MessagePosted");
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        hub.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        await hub.StartAsync(TestContext.Current.CancellationToken);
        await hub.Join(room);
        await hub.Post(room, "before");
        (await posted.Next()).Text.Should().Be("before");

        await proxy.Reload();

        // What keeps connections keeps this one; from the other the client learns at once, and comes back.
        if (!Program.KeepsConnections)
        {
            await closed.Task.WaitAsync(Limit);
            await hub.StartAsync(TestContext.Current.CancellationToken);
            (await hub.Join(room, after: 0)).Messages.Select(message => message.Text).Should().Equal("before");
        }

        await hub.Post(room, "after");
        (await posted.Next()).Text.Should().Be("after");
        await using var newcomer = Hub(proxy, secure, session);
        await newcomer.StartAsync(TestContext.Current.CancellationToken);
        (await newcomer.Join(room)).Messages.Select(message => message.Text).Should().Equal("before", "after");
        await newcomer.Post(room, "by the newcomer");
        (await posted.Next()).Text.Should().Be("by the newcomer");
    }

    [Fact]
    public async Task A_browser_chats_over_tls_and_sees_its_own_connection_live()
    {
        await using var proxy = await Start(secure: true);
        using var playwright = await Playwright.CreateAsync();
        // Of its own, since nothing but a switch of the whole browser makes its shared worker trust the test's certificate.
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Browser.Program(), Args = ["--no-sandbox", "--disable-gpu", "--ignore-certificate-errors"] });
        await using var context = await browser.NewContextAsync();

        var chat = await ChatPage.SignedIn(context, Address(proxy, secure: true), "browsing");
        await chat.Post("hello from behind");
        await chat.Shows("hello from behind", 1);
        var inspector = await InspectorPage.Open(context, Address(proxy, secure: true));
        await inspector.IsLive();
        await inspector.OpenConnectionOf("browsing");
        await chat.Post("seen as it comes");
        await InspectorPage.Says(inspector.Page.Locator(".timeline"), "PostMessage");

        (await context.CookiesAsync()).Should().OnlyContain(cookie => cookie.Secure && cookie.HttpOnly);
        chat.Complaints.Should().BeEmpty();
        inspector.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task Who_comes_without_tls_is_sent_to_https()
    {
        await using var proxy = await Start(secure: true);
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var answer = await http.GetAsync(new Uri($"http://localhost:{proxy.Ports[0]}/hello"), TestContext.Current.CancellationToken);

        ((int)answer.StatusCode).Should().BeOneOf(301, 302, 307, 308);
        answer.Headers.Location!.Scheme.Should().Be("https");
        answer.Headers.Location.AbsolutePath.Should().Be("/hello");
    }

    protected Task<RunningProxy> Start(bool secure)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "deploy", secure ? SecureFile : PlainFile));
        return RunningProxy.Start(Program, 2, (ports, folder) => Localize(text, ports[0], ports[1], folder));
    }

    /// <summary>Replaces, and fails where there is nothing to replace: then the file has changed, and the test with it must.</summary>
    protected static string Replace(string text, string old, string replacement)
    {
        text.Should().Contain(old);
        return text.Replace(old, replacement, StringComparison.Ordinal);
    }

    /// <summary>Leaves out the lines with a part; IPv6, which not every machine that runs tests has, and the user.</summary>
    protected static string Without(string text, params string[] parts) =>
        string.Join('\n', text.Split('\n').Where(line => !parts.Any(part => line.Contains(part, StringComparison.Ordinal))));

    private static Uri Address(RunningProxy proxy, bool secure) => new(secure ? $"https://localhost:{proxy.Ports[1]}" : $"http://localhost:{proxy.Ports[0]}");

    private async Task<Session> SignIn(RunningProxy proxy, bool secure, string name)
    {
        using var http = Http(proxy, secure);
        using var answer = await http.PostAsJsonAsync("/session", new { name });
        answer.IsSuccessStatusCode.Should().BeTrue(await answer.Content.ReadAsStringAsync() + proxy.Said);
        return (await answer.Content.ReadFromJsonAsync<Session>())!;
    }

    private HttpClient Http(RunningProxy proxy, bool secure) => new(Handler()) { BaseAddress = Address(proxy, secure) };

    /// <summary>Comes from <see cref="ClientAddress"/>, and trusts the test's certificate.</summary>
    private SocketsHttpHandler Handler() => new()
    {
        UseCookies = false,
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => Certificate.Trusts(certificate) },
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.Bind(new IPEndPoint(ClientAddress, 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    private async Task<ClientWebSocket> Hello(RunningProxy proxy, bool secure, string path = "/hello", params (string Name, string Value)[] fields)
    {
        var socket = new ClientWebSocket();
        foreach (var (name, value) in fields) socket.Options.SetRequestHeader(name, value);
        using var invoker = new HttpMessageInvoker(Handler());
        var address = new UriBuilder(new Uri(Address(proxy, secure), path)) { Scheme = secure ? "wss" : "ws" }.Uri;
        await socket.ConnectAsync(address, invoker, TestContext.Current.CancellationToken);
        return socket;
    }

    private HubConnection Hub(RunningProxy proxy, bool secure, Session session, bool messagePack = false)
    {
        var builder = new HubConnectionBuilder().WithUrl(new Uri(Address(proxy, secure), "/chat"), options =>
        {
            options.SkipNegotiation = true;
            options.Transports = HttpTransportType.WebSockets;
            options.AccessTokenProvider = () => Task.FromResult<string?>(session.AccessToken);
            options.WebSocketConfiguration = socket => socket.RemoteCertificateValidationCallback = (_, certificate, _, _) => Certificate.Trusts(certificate);
        });
        if (messagePack) builder.AddMessagePackProtocol(options => options.SerializerOptions = ChatMessagePack.Options);
        return builder.Build();
    }
}
