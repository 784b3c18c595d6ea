using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RealtimeHello.Layers;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Deploy.Proxies;
using RealtimeHello.Tests.Support;
using static RealtimeHello.Tests.Catalogue.MisconfiguredApplication;

namespace RealtimeHello.Tests.Catalogue;

/// <summary>The rows of the catalogue, by their numbers.</summary>
internal static class CatalogueRows
{
    private const string Upgrade = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_set_header Host $http_host;";

    private static readonly Action<WebApplication> hub = app => app.MapHub<EmptyHub>("/hub");

    public static SortedDictionary<int, CatalogueRow> All { get; } = new()
    {
        [1] = new("HTTP", "400 `Connection ID required` on the hub's path", "nginx 1.22 without Upgrade and Connection, and a hub that is not negotiated with",
            () => BehindNginx(hub, port => $"location = /hub {{ proxy_pass http://127.0.0.1:{port}; }}", "/hub")),
        [2] = new("HTTP", "200, length 0, with a negotiated id", "the same, behind a negotiation", () => BehindNginx(hub, port => $"location / {{ proxy_pass http://127.0.0.1:{port}; }}", "/hub")),
        [3] = new("HTTP", "404 `No Connection with that ID`", "two servers behind nginx, which gives each request to the next one", WithoutStickySessions),
        [4] = new("HTTP", "404, empty body", "a path where nothing is mapped", () => At(hub, "/elsewhere")),
        [5] = new("HTTP", "200 with an HTML body", "a single-page fallback, and no hub at the path", () => At(app => app.MapFallback(() => Results.Content("<!doctype html>", "text/html")), "/hub")),
        [6] = new("HTTP", "404 `WebSockets transport not supported`", "Transports = LongPolling, and a hub that is not negotiated with",
            () => At(
                app =>
                {
                    app.Use((context, next) =>
                    {
                        if (!context.Request.Path.Value!.EndsWith("/negotiate", StringComparison.Ordinal)) return next(context);
                        context.Response.StatusCode = 404;
                        return Task.CompletedTask;
                    });
                    app.MapHub<EmptyHub>("/hub", options => options.Transports = HttpTransportType.LongPolling);
                },
                "/hub")),
        [7] = new("HTTP", "409", "a second WebSocket with the token of one that is open", SecondSocket),
        [8] = new("HTTP", "405 on the path of the negotiation", "a WebSocket asked for at /hub/negotiate", () => At(hub, "/hub/negotiate")),
        [9] = new("HTTP", "negotiation 200 with an `error`", "MinimumProtocolVersion = 2", () => At(app => app.MapHub<EmptyHub>("/hub", options => options.MinimumProtocolVersion = 2), "/hub", isHub: true)),
        [10] = new("HTTP", "negotiation offers no WebSockets", "Transports = LongPolling", () => At(app => app.MapHub<EmptyHub>("/hub", options => options.Transports = HttpTransportType.LongPolling), "/hub")),
        [11] = new("HTTP", "401", "a hub that wants a user, cookies as scheme, and nobody signed in", () => At(
            app =>
            {
                app.UseAuthorization();
                app.MapHub<EmptyHub>("/hub").RequireAuthorization();
            },
            "/hub",
            builder =>
            {
                builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
                builder.Services.AddAuthorization();
            },
            isHub: true)),
        [12] = new("HTTP", "403; without a list 101 for everybody", "AllowedOrigins, and another Origin; then none", Origins),
        [13] = new("HTTP", "307 to https", "UseHttpsRedirection, and ws://", () => At(
            app =>
            {
                app.UseHttpsRedirection();
                app.MapHub<EmptyHub>("/hub");
            },
            "/hub",
            builder => builder.Services.AddHttpsRedirection(options => options.HttpsPort = 443))),
        [14] = new("HTTP", "400 with an HTML body", "AllowedHosts = chat.example.org", () => At(hub, "/hub", builder => builder.Configuration["AllowedHosts"] = "chat.example.org")),
        [15] = new("HTTP", "503, empty; or 429", "a rate limiter without a permit left", RateLimited),
        [16] = new("HTTP", "200 with Upgrade sent", "MaxConcurrentUpgradedConnections = 0, and an endpoint that answers plain requests too", () => At(
            app =>
            {
                app.UseWebSockets();
                app.MapGet("/ws", () => "a page for people");
            },
            "/ws",
            builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxConcurrentUpgradedConnections = 0))),
        [17] = new("HTTP", "400 `An HTTP/1.x request was sent to an HTTP/2 only endpoint`", "Protocols = Http2", () => At(hub, "/hub", listen: endpoint => endpoint.Protocols = HttpProtocols.Http2)),
        [18] = new("TCP/TLS", "end of stream, no bytes", "ws:// to Kestrel's port for https", () => OnTls("ws", "localhost")),
        [19] = new("TLS", "WRONG_VERSION_NUMBER", "wss:// to Kestrel's plain port", PlainPort),
        [20] = new("TLS", "certificate verify failed", "certificates of an issuer nobody trusts, of another name, out of their time", Certificates),
        [21] = new("TCP/HTTP", "ECONNREFUSED; 502", "a port where nobody listens; then nginx before it", NobodyListens),
        [22] = new("HTTP", "200, `Server: Caddy`, empty", "Caddy 2.6 with a site of another name", CaddyWithoutSite),
        [23] = new("HTTP", "403, `upgrade_failed` in Envoy's log", "reported (envoyproxy/gateway#9452)", null),
        [24] = new("HTTP", "101 without Sec-WebSocket-Accept, `Server: Microsoft-IIS`", "reported (aspnet/SignalR#489)", null),
        [25] = new("WebSocket", "bare FIN after N idle seconds", "nginx with proxy_read_timeout 1s", () => BehindNginx(Echo, port => $"location / {{ proxy_pass http://127.0.0.1:{port}; {Upgrade} proxy_read_timeout 1s; }}", "/hub", idle: 20)),
        [26] = new("WebSocket", "1006 at 4 h", "reported (Azure Front Door)", null),
        [27] = new("WebSocket", "many 1006 at one moment", "nginx reloaded, with worker_shutdown_timeout 1s", ReloadedProxy),
        [28] = new("TCP", "RST, no Close frame", "a process that ends without closing its sockets first", () => Diagnoses.Inspector("a reset (RST)")),
        [29] = new("SignalR", "`Handshake was canceled.` and 1000", "no handshake message", () => Diagnoses.Inspector("no handshake")),
        [30] = new("SignalR", "`The protocol 'messagepack' is not supported.` and 1000", "a hub without AddMessagePackProtocol", WithoutMessagePack),
        [31] = new("SignalR", "`... does not support version ...` and 1000", "a handshake for version 9", () => Diagnoses.Inspector("an unknown version")),
        [32] = new("SignalR", "type 7 with an error and allowReconnect, and 1000", "a hub message over MaximumReceiveMessageSize; broken JSON; silence behind a keep-alive", LateEndings),
        [33] = new("Hub", "the same without allowReconnect", "OnConnectedAsync throws", () => At(app => app.MapHub<FailingHub>("/hub"), "/hub")),
        [34] = new("WebSocket", "1002 and RST", "an unmasked frame of the client", () => Diagnoses.Inspector("an unmasked frame")),
        [35] = new("WebSocket", "1007 and RST", "a text message that is not UTF-8", () => Diagnoses.Inspector("a text that is not UTF-8")),
        [36] = new("Hub", "a completion with an error, and the connection stays", "a method that the hub does not have", MissingMethod),
        [37] = new("TCP", "RST behind a growing backlog", "a client that does not read", () => Diagnoses.Inspector("a client that does not read")),
        [38] = new("SignalR", "the client closes by itself: server timeout", "reported; the doctor measures the server's keep-alive, which has to be below half of the client's timeout", null),
        [39] = new("HTTP", "`CONNECT` in place of GET (RFC 8441)", "reported (AspNetCore.Docs#26366)", null),
        [40] = new("HTTP", "server-sent events stall", "reported", null),
        [41] = new("TCP", "refused past a plan's limit of sockets", "reported (Azure App Service)", null),
    };

    private static void Echo(WebApplication app)
    {
        app.UseWebSockets();
        app.Map("/hub", async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer, context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } part)
                await socket.SendAsync(buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, context.RequestAborted);
        });
    }

    private static async Task<string> At(Action<WebApplication> map, string path, Action<WebApplicationBuilder>? build = null, bool isHub = false, Action<ListenOptions>? listen = null)
    {
        await using var app = await MisconfiguredApplication.Start(map, build, listen);
        return await Diagnoses.Doctor($"ws://localhost:{app.Port}{(isHub ? "/" : path)}", isHub ? path : null);
    }

    private static async Task<string> BehindNginx(Action<WebApplication> map, Func<int, string> location, string path, double? idle = null)
    {
        await using var app = await MisconfiguredApplication.Start(map);
        await using var proxy = await Nginx(location(app.Port));
        return await Diagnoses.Doctor($"ws://localhost:{proxy.Port}{path}", idle: idle);
    }

    private static Task<RunningProxy> Nginx(string locations, string upstream = "") => RunningProxy.Start(ProxyProgram.Nginx, 1, (ports, _) => $$"""
        pid pid;
        error_log stderr notice;
        worker_shutdown_timeout 1s;
        events { }
        http {
          access_log off;
          client_body_temp_path a; proxy_temp_path b; fastcgi_temp_path c; uwsgi_temp_path d; scgi_temp_path e;
          {{upstream}}
          server { listen 127.0.0.1:{{ports[0]}}; {{locations}} }
        }
        """);

    private static async Task<string> WithoutStickySessions()
    {
        await using var one = await MisconfiguredApplication.Start(hub);
        await using var other = await MisconfiguredApplication.Start(hub);
        await using var proxy = await Nginx(
            $"location / {{ proxy_pass http://servers; {Upgrade} }}", $"upstream servers {{ server 127.0.0.1:{one.Port}; server 127.0.0.1:{other.Port}; }}");
        return await Diagnoses.Doctor($"ws://localhost:{proxy.Port}/", "/hub");
    }

    private static async Task<string> SecondSocket()
    {
        await using var app = await MisconfiguredApplication.Start(hub);
        using var http = new HttpClient();
        using var negotiation = await http.PostAsync(new Uri($"http://127.0.0.1:{app.Port}/hub/negotiate?negotiateVersion=1"), null);
        var token = (await negotiation.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("connectionToken").GetString();
        using var first = new ClientWebSocket();
        await first.ConnectAsync(new Uri($"ws://127.0.0.1:{app.Port}/hub?id={token}"), CancellationToken.None);
        return await Diagnoses.Doctor($"ws://127.0.0.1:{app.Port}/hub?id={token}");
    }

    private static async Task<string> Origins()
    {
        await using var closed = await MisconfiguredApplication.Start(app =>
        {
            var options = new Microsoft.AspNetCore.Builder.WebSocketOptions();
            options.AllowedOrigins.Add("https://chat.example.org");
            app.UseWebSockets(options);
            app.MapHub<EmptyHub>("/hub");
        });
        await using var open = await MisconfiguredApplication.Start(hub);
        return $"{await Diagnoses.Doctor($"ws://localhost:{closed.Port}/hub", origin: "https://elsewhere.example.org")} Then {await Diagnoses.DoctorSees($"ws://localhost:{open.Port}/hub", "origin")}";
    }

    private static async Task<string> RateLimited()
    {
        static void Limit(WebApplicationBuilder builder, int? status) => builder.Services.AddRateLimiter(options =>
        {
            if (status is { } code) options.RejectionStatusCode = code;
            options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(_ => RateLimitPartition.GetConcurrencyLimiter("all", _ => new ConcurrencyLimiterOptions { PermitLimit = 1, QueueLimit = 0 }));
        });
        static void Map(WebApplication app)
        {
            app.UseWebSockets();
            app.UseRateLimiter();
            Echo(app);
        }

        var said = new List<string>();
        foreach (var status in new int?[] { null, 429 })
        {
            await using var app = await MisconfiguredApplication.Start(Map, builder => Limit(builder, status));
            using var first = new ClientWebSocket();
            await first.ConnectAsync(new Uri($"ws://127.0.0.1:{app.Port}/hub"), CancellationToken.None);
            said.Add(await Diagnoses.Doctor($"ws://127.0.0.1:{app.Port}/hub"));
        }

        return string.Join(" Then ", said);
    }

    private static async Task<string> PlainPort()
    {
        await using var app = await MisconfiguredApplication.Start(hub);
        return await Diagnoses.Doctor($"wss://localhost:{app.Port}/hub");
    }

    private static async Task<string> OnTls(string scheme, string name, int days = 30)
    {
        using var certificate = Certificate(name, days);
        await using var app = await MisconfiguredApplication.Start(hub, listen: endpoint => endpoint.UseHttps(certificate));
        return await Diagnoses.Doctor($"{scheme}://localhost:{app.Port}/hub");
    }

    private static async Task<string> Certificates() => string.Join(" Then ", await OnTls("wss", "localhost"), await OnTls("wss", "other.example.org"), await OnTls("wss", "localhost", -1));

    private static X509Certificate2 Certificate(string name, int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-10), DateTimeOffset.UtcNow.AddDays(days));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private static async Task<string> NobodyListens()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await using var proxy = await Nginx($"location / {{ proxy_pass http://127.0.0.1:{port}; {Upgrade} }}");
        return $"{await Diagnoses.Doctor($"ws://127.0.0.1:{port}/hub")} Then {await Diagnoses.Doctor($"ws://127.0.0.1:{proxy.Port}/hub")}";
    }

    private static async Task<string> CaddyWithoutSite()
    {
        await using var proxy = await RunningProxy.Start(ProxyProgram.Caddy, 2, (ports, _) => $$"""
            {
              admin localhost:{{ports[1]}}
              default_bind 127.0.0.1
            }
            http://chat.example.org:{{ports[0]}} {
              respond "found"
            }
            """);
        return await Diagnoses.Doctor($"ws://127.0.0.1:{proxy.Port}/hub");
    }

    private static async Task<string> ReloadedProxy()
    {
        // Counts the echo's connections: the doctor is idle when its second one is there besides those of its other probes.
        var idle = new SemaphoreSlim(0);
        await using var app = await MisconfiguredApplication.Start(app =>
        {
            app.UseWebSockets();
            app.Map("/hub", async context =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                var buffer = new byte[128 * 1024];
                var reading = socket.ReceiveAsync(buffer, context.RequestAborted);
                if (await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(1))) != reading) idle.Release();
                while (await reading is { MessageType: not WebSocketMessageType.Close } part)
                {
                    await socket.SendAsync(buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, context.RequestAborted);
                    reading = socket.ReceiveAsync(buffer, context.RequestAborted);
                }
            });
        });
        await using var proxy = await Nginx($"location / {{ proxy_pass http://127.0.0.1:{app.Port}; {Upgrade} proxy_read_timeout 1h; }}");
        var examination = Diagnoses.Doctor($"ws://localhost:{proxy.Port}/hub", idle: 40);
        await idle.WaitAsync();
        await idle.WaitAsync();
        await proxy.Reload();
        return await examination;
    }

    private static async Task<string> WithoutMessagePack()
    {
        await using var app = await MisconfiguredApplication.Start(hub);
        return await Diagnoses.DoctorSees($"ws://localhost:{app.Port}/", "messagePack", "/hub");
    }

    private static async Task<string> LateEndings() => string.Join(
        " Then ", await Diagnoses.Inspector("a hub message over the limit"), await Diagnoses.Inspector("broken JSON"), await Diagnoses.Inspector("silence after a keep-alive"));

    private static async Task<string> MissingMethod()
    {
        await using var server = new ChatServer();
        await using var client = await server.Connect("ada");
        await client.Invoking(connection => connection.InvokeAsync("NoSuchMethod")).Should().ThrowAsync<Exception>();
        var record = server.Services.GetRequiredService<Journal>().Connections.Single(record => record.Facts.Upgraded);
        return $"inspector, {RecordEvents.Of(record).Last(happened => happened.Detail.Kind == "completion").Detail.Summary}";
    }
}
