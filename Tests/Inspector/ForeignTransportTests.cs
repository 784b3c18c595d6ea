using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.SignalR.Client;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.Hubs;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Layers.Tls;
using RealtimeHello.Recording;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Inspector;

/// <summary>Middlewares of connections, such as Kestrel's own logging, that put a transport of their own in place beneath or above TLS.</summary>
public sealed class ForeignTransportTests
{
    [Theory]
    [InlineData(false, 1, 0)]
    [InlineData(false, 1, 1)]
    [InlineData(true, 1, 0)]
    [InlineData(true, 0, 1)]
    [InlineData(true, 1, 1)]
    [InlineData(true, 2, 2)]
    public async Task Each_byte_is_recorded_once_wherever_connections_are_logged(bool secure, int beneath, int above)
    {
        await using var application = await StrangersApplication.Start(beneathTls: endpoint => Log(endpoint, beneath), aboveTls: endpoint => Log(endpoint, above));
        var record = await application.Echoed(secure ? application.Secure : application.Plain);
        var events = RecordEvents.Of(record);
        var details = events.Select(happened => happened.Detail).ToList();

        record.IsSecure.Should().Be(secure);
        record.Close!.Cause.Should().NotBe(CloseCauses.ProtocolError);
        details.OfType<DecodeFault>().Should().BeEmpty();
        details.OfType<TlsHandshake>().Should().HaveCount(secure ? 1 : 0);
        details.OfType<HttpRequest>().Should().ContainSingle();
        details.OfType<HttpUpgraded>().Should().ContainSingle();
        details.OfType<HandshakeRequest>().Should().ContainSingle();
        details.OfType<HubInvoked>().Should().ContainSingle();
    }

    [Fact]
    public async Task A_handshake_of_tls_that_fails_above_what_logs_is_no_fault_of_the_inspectors()
    {
        var log = new ConcurrentQueue<string>();
        await using var application = await StrangersApplication.Start(log: new LogQueue(log), beneathTls: endpoint => Log(endpoint, 2));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(application.Secure.Host, application.Secure.Port, TestContext.Current.CancellationToken);
        await socket.SendAsync("\u0016\u0003\u0001\0\u0004none"u8.ToArray(), TestContext.Current.CancellationToken);

        var record = await application.Journal.FirstClosed(_ => true);

        record.IsSecure.Should().BeTrue();
        await application.Stop();
        log.Should().NotContain(line => line.Contains("nhandled exception", StringComparison.Ordinal));
        var events = RecordEvents.Of(record);
        events.Should().NotContain(happened => happened.Detail is TlsHandshake || happened.Detail.Layer == Layer.Http);
    }

    private static void Log(ListenOptions endpoint, int times)
    {
        for (var i = 0; i < times; i++) endpoint.UseConnectionLogging();
    }
}
