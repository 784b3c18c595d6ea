using System.Collections.Concurrent;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using RealtimeHello.Server.Chat.Wire;

namespace RealtimeHello.Tests.Support;

/// <summary>
/// The real server on a real socket, at a free port, in this process. Configure it by its properties, then ask for
/// <see cref="Address"/> or anything else that starts it. As a class fixture it starts with the defaults.
/// </summary>
public sealed class ChatServer : WebApplicationFactory<Program>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Lazy<Uri> _address;
    private readonly LogQueue _logger;
    private TemporaryFolder? _ownFolder;

    public ChatServer()
    {
        UseKestrel(0);
        _logger = new LogQueue(Log);
        _address = new Lazy<Uri>(() =>
        {
            StartServer();
            return new Uri(ClientOptions.BaseAddress.GetLeftPart(UriPartial.Authority));
        });
    }

    /// <summary>Where the server keeps everything; by default a folder that is deleted with the server.</summary>
    public string DataFolder
    {
        get => field ??= (_ownFolder = new TemporaryFolder()).Path;
        init;
    }

    /// <summary>The server's clock, when a test wants to turn it.</summary>
    public FakeTimeProvider? Clock { get; init; }

    /// <summary>Settings such as <c>("Chat:AllowedOrigins:0", "https://example.org")</c>.</summary>
    public (string Key, string Value)[] Settings { get; init; } = [];

    /// <summary>More or other services.</summary>
    public Action<IServiceCollection> Configure { get; init; } = _ => { };

    /// <summary>What the server logged, one entry a line: <c>Information RealtimeHello.Layers.Tcp: text</c>.</summary>
    public ConcurrentQueue<string> Log { get; } = [];

    /// <summary>Scheme, host and port, without a path. Asking for it starts the server.</summary>
    public Uri Address => _address.Value;

    /// <summary>Waits until a line with this part was logged.</summary>
    public Task Logged(string part) => _logger.Wait(part).WaitAsync(Patience);

    /// <summary>A client without cookies whose requests begin at <see cref="Address"/>.</summary>
    public HttpClient Http() => new(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address };

    /// <summary>Signs a guest in.</summary>
    public async Task<Session> SignIn(string name)
    {
        using var http = Http();
        using var answer = await http.PostAsJsonAsync("/session", new { name });
        answer.IsSuccessStatusCode.Should().BeTrue(await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<Session>())!;
    }

    /// <summary>A hub connection of a guest, not yet started.</summary>
    /// <param name="session">Who.</param>
    /// <param name="messagePack">In place of JSON.</param>
    /// <param name="through">Where to connect to in place of the server itself.</param>
    public HubConnection Hub(Session session, bool messagePack = false, Uri? through = null)
    {
        var builder = new HubConnectionBuilder().WithUrl(new Uri(through ?? Address, "/chat"), options =>
        {
            options.SkipNegotiation = true;
            options.Transports = HttpTransportType.WebSockets;
            options.AccessTokenProvider = () => Task.FromResult<string?>(session.AccessToken);
        });
        if (messagePack) builder.AddMessagePackProtocol(options => options.SerializerOptions = ChatMessagePack.Options);
        return builder.Build();
    }

    /// <summary>Signs a guest in and connects to the hub.</summary>
    public async Task<HubConnection> Connect(string name, bool messagePack = false)
    {
        var hub = Hub(await SignIn(name), messagePack);
        await hub.StartAsync();
        return hub;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("data", DataFolder);
        foreach (var (key, value) in Settings) builder.UseSetting(key, value);
        builder.ConfigureLogging(logging => logging.ClearProviders().Services.AddSingleton<ILoggerProvider>(_ => _logger));
        builder.ConfigureServices(services =>
        {
            if (Clock is not null) services.AddSingleton<TimeProvider>(Clock);
            Configure(services);
        });
    }

    /// <summary>Called within disposing of it asynchronously, too.</summary>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing) return;
        // The program's own thread disposes of the container too, and may be at it still: then the data folder is in use.
        if (_address.IsValueCreated && !_logger.Disposed.Wait(Patience)) throw new TimeoutException("The server did not end.");
        _ownFolder?.Dispose();
    }
}
