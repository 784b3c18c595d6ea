using System.Net.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.Hubs;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Layers.Tls;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Tests.Inspector;

public sealed class StrangersApplicationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Both_of_its_endpoints_are_seen_through_with_and_without_tls(bool secure)
    {
        await using var application = await StrangersApplication.Start();
        var address = secure ? application.Secure : application.Plain;
        await using (var hub = Connection(address))
        {
            await hub.StartAsync(TestContext.Current.CancellationToken);
            (await hub.InvokeAsync<string>("Echo", "hello", TestContext.Current.CancellationToken)).Should().StartWith("hello of ");
        }

        var record = await application.Journal.FirstClosed();
        var events = new List<LayerEvent>();
        new ConnectionReader(record, DecodingDepth.Full).Read(events);
        var details = events.Select(happened => happened.Detail).ToList();

        record.IsSecure.Should().Be(secure);
        details.OfType<TlsHandshake>().Should().HaveCount(secure ? 1 : 0);
        details.OfType<HttpUpgraded>().Should().ContainSingle();
        details.OfType<HandshakeRequest>().Should().ContainSingle().Which.Protocol.Should().Be("json");
        details.OfType<HubConnected>().Should().ContainSingle().Which.Hub.Should().Be("EchoHub");
        details.OfType<HubInvoked>().Should().ContainSingle().Which.Method.Should().Be("Echo");
        details.OfType<DecodeFault>().Should().BeEmpty();
        events.Where(happened => happened.Detail is HttpUpgraded).Should().OnlyContain(happened => happened.Tap == TapPoint.Plain);
    }

    [Fact]
    public async Task Http_2_is_served_untouched_and_not_decoded()
    {
        await using var application = await StrangersApplication.Start();
        using var http = new HttpClient(Trusting()) { BaseAddress = application.Secure };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/echo/negotiate?negotiateVersion=1")
        {
            Version = new Version(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

        answer.IsSuccessStatusCode.Should().BeTrue();
        answer.Version.Major.Should().Be(2);
        var record = application.Journal.Connections.Should().ContainSingle().Subject;
        var events = new List<LayerEvent>();
        new ConnectionReader(record, DecodingDepth.Full).Read(events);
        events.Select(happened => happened.Detail).OfType<HttpRequest>().Should().BeEmpty();
        events.Select(happened => happened.Detail).OfType<TlsHandshake>().Should().ContainSingle().Which.ApplicationProtocol.Should().Be("h2");
    }

    [Fact]
    public async Task Outside_development_it_does_not_start_open_to_everybody()
    {
        var starting = async () => await StrangersApplication.Start(environment: "Production");
        (await starting.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*open to everybody*OperatorToken*RequireAuthorization*");

        await using var guarded = await StrangersApplication.Start(options => options.OperatorToken = new string('x', 40), "Production");
        using var http = new HttpClient { BaseAddress = guarded.Plain };
        (await http.GetAsync(new Uri("/inspect/connections", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode.Should().Be(System.Net.HttpStatusCode.Unauthorized);
    }

    private static HubConnection Connection(Uri address) => new HubConnectionBuilder().WithUrl(new Uri(address, "/echo"), options =>
    {
        options.SkipNegotiation = true;
        options.Transports = HttpTransportType.WebSockets;
        options.HttpMessageHandlerFactory = _ => Trusting();
        options.WebSocketConfiguration = socket => socket.RemoteCertificateValidationCallback = StrangersApplication.IsItsCertificate;
    }).Build();

    private static SocketsHttpHandler Trusting() => new() { SslOptions = { RemoteCertificateValidationCallback = StrangersApplication.IsItsCertificate } };
}
