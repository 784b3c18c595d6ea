using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RealtimeHello.Inspector;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Tests.Inspector;

/// <summary>
/// A SignalR application that knows nothing of the chat: it listens with and without TLS, speaks HTTP/2 too, configures its own endpoints, has its own users, and has the
/// inspector by its two lines.
/// </summary>
internal sealed class StrangersApplication : IAsyncDisposable
{
    private readonly WebApplication app;

    private StrangersApplication(WebApplication app) => this.app = app;

    public Uri Plain => Address("http://");

    public Uri Secure => Address("https://");

    public IServiceProvider Services => app.Services;

    public Journal Journal => app.Services.GetRequiredService<Journal>();

    public static async Task<StrangersApplication> Start(Action<InspectorOptions>? inspector = null, string environment = "Development", TimeProvider? clock = null, Action<IEndpointConventionBuilder>? map = null, ILoggerProvider? log = null, Action<ListenOptions>? beneathTls = null, Action<ListenOptions>? aboveTls = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Logging.ClearProviders();
        if (log is not null) builder.Logging.AddProvider(log);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
            {
                beneathTls?.Invoke(endpoint);
                aboveTls?.Invoke(endpoint);
            });
            kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
            {
                beneathTls?.Invoke(endpoint);
                endpoint.UseHttps(Certificate());
                aboveTls?.Invoke(endpoint);
            });
        });
        builder.Services.AddSignalR().AddMessagePackProtocol().AddHubOptions<WholeHub>(options => options.MaximumParallelInvocationsPerClient = 4).AddHubOptions<HastyHub>(options =>
        {
            options.HandshakeTimeout = TimeSpan.FromMilliseconds(500);
            options.ClientTimeoutInterval = TimeSpan.FromSeconds(1);
            options.KeepAliveInterval = TimeSpan.FromMilliseconds(500);
            options.MaximumReceiveMessageSize = 1024;
        });
        builder.Services.AddAuthentication(StrangersUsers.SchemeName).AddScheme<AuthenticationSchemeOptions, StrangersUsers>(StrangersUsers.SchemeName, null);
        builder.Services.AddAuthorization(options => options.AddPolicy(StrangersUsers.Operators, policy => policy.RequireRole("operator")));
        if (clock is not null) builder.Services.AddSingleton(clock);
        builder.Services.AddConnectionInspector(inspector);
        var app = builder.Build();
        app.UseWebSockets();
        app.MapHub<EchoHub>("/echo", options => options.CloseOnAuthenticationExpiration = true);
        app.MapHub<TellingHub>("/telling", options => options.AllowStatefulReconnects = true);
        app.Map("/deflated", Deflated);
        app.MapHub<WholeHub>("/whole", options => options.AllowStatefulReconnects = true);
        app.MapHub<HastyHub>("/hasty", options => options.TransportSendTimeout = TimeSpan.FromSeconds(1));
        app.MapGet("/ordering", (HttpContext context) => context.PublishApplicationEvent("ordered", $"{context.User.Identity?.Name} ordered something private"));
        app.MapGet("/forbidden", () => Results.StatusCode(StatusCodes.Status403Forbidden));
        var inspected = app.MapConnectionInspector();
        map?.Invoke(inspected);
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new StrangersApplication(app);
    }

    /// <summary>Stops it as SIGTERM does; its journal can still be read.</summary>
    public Task Stop() => app.StopAsync();

    /// <summary>Nobody has signed its certificate; the name tells that it is the one made here.</summary>
    public static bool IsItsCertificate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => certificate?.Subject == "CN=localhost";

    /// <summary>A connection to its echo, not started.</summary>
    public static HubConnection Connection(Uri address, string? user = null) => new HubConnectionBuilder().WithUrl(new Uri(address, "/echo"), options =>
    {
        if (user is not null) options.Headers["Authorization"] = StrangersUsers.Authorization(user);
        options.SkipNegotiation = true;
        options.Transports = HttpTransportType.WebSockets;
        options.HttpMessageHandlerFactory = _ => Trusting();
        options.WebSocketConfiguration = socket => socket.RemoteCertificateValidationCallback = IsItsCertificate;
    }).Build();

    public static SocketsHttpHandler Trusting() => new() { SslOptions = { RemoteCertificateValidationCallback = IsItsCertificate } };

    /// <summary>Calls its echo once over the first connection there is, and ends that.</summary>
    public async Task<ConnectionRecord> Echoed(Uri address)
    {
        await using (var hub = Connection(address))
        {
            await hub.StartAsync(TestContext.Current.CancellationToken);
            (await hub.InvokeAsync<string>("Echo", "hello", TestContext.Current.CancellationToken)).Should().StartWith("hello of ");
        }

        return await Journal.FirstClosed();
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    /// <summary>Sends one message back, compressed, and says goodbye.</summary>
    private static async Task Deflated(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { DangerousEnableCompression = true });
        var buffer = new byte[4096];
        var message = await socket.ReceiveAsync(buffer, context.RequestAborted);
        await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, true, context.RequestAborted);
        await socket.CloseAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
    }

    private Uri Address(string scheme) => new(
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(address => address.StartsWith(scheme, StringComparison.Ordinal)));

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }

    /// <summary>A hub with little patience, that can be made to end a connection in each of its own ways.</summary>
    public sealed class HastyHub : Hub
    {
        public override Task OnConnectedAsync() =>
            Context.GetHttpContext()!.Request.Query.ContainsKey("fail") ? throw new InvalidOperationException("The database is on fire.") : base.OnConnectedAsync();

        public void AbortMe() => Context.Abort();

        /// <summary>More than a socket takes when nobody reads.</summary>
        public async Task Flood()
        {
            var text = new string('x', 64 * 1024);
            for (var i = 0; i < 1_000; i++) await Clients.Caller.SendAsync("Flooded", text);
        }
    }

    /// <summary>A hub that uses all that SignalR has.</summary>
    public sealed class WholeHub : Hub
    {
        public string Echo(string text) => Context.ConnectionAborted.IsCancellationRequested ? "" : text;

        public async IAsyncEnumerable<int> Count(int to)
        {
            for (var i = 1; i <= to && !Context.ConnectionAborted.IsCancellationRequested; i++)
            {
                await Task.Yield();
                yield return i;
            }
        }

        public Task<ChannelReader<int>> Channelled(int number)
        {
            var channel = Channel.CreateBounded<int>(1);
            channel.Writer.TryWrite(number + (Context.ConnectionAborted.IsCancellationRequested ? 1 : 0));
            channel.Writer.Complete();
            return Task.FromResult(channel.Reader);
        }

        public async IAsyncEnumerable<int> Endless([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            for (var i = 1; !Context.ConnectionAborted.IsCancellationRequested; i++)
            {
                yield return i;
                await Task.Delay(20, cancellationToken);
            }
        }

        public async Task<int> Sum(IAsyncEnumerable<int> numbers)
        {
            var sum = 0;
            await foreach (var number in numbers.WithCancellation(Context.ConnectionAborted)) sum += number;
            return sum;
        }

        public void Fail() => throw new HubException($"It fails on purpose, {Context.ConnectionId.Length}.");

        public Task<int> AskBack(int number) => Clients.Caller.InvokeAsync<int>("Answer", number, Context.ConnectionAborted);

        public void SendMeAway() => Context.Abort();
    }

    public sealed class EchoHub : Hub
    {
        public string Echo(string text) => $"{text} of {Context.ConnectionId.Length}";
    }

    /// <summary>A hub with a group, and events of its own.</summary>
    public sealed class TellingHub : Hub
    {
        public override Task OnConnectedAsync() => Groups.AddToGroupAsync(Context.ConnectionId, "listeners");

        public string Echo(string text) => $"{text} of {Context.ConnectionId.Length}";

        public Task Tell(string text)
        {
            Context.GetHttpContext().PublishApplicationEvent(text, "The application says so.");
            return Clients.Client(Context.ConnectionId).SendAsync("Told", text);
        }
    }
}
