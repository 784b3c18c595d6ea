using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Catalogue;

/// <summary>An ASP.NET Core application on Kestrel with one mistake. Its hub is at <c>/hub</c>.</summary>
internal sealed class MisconfiguredApplication : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TemporaryFolder _folder;

    private MisconfiguredApplication(WebApplication app, TemporaryFolder folder) => (_app, _folder) = (app, folder);

    public int Port => new Uri(_app.Urls.First()).Port;

    /// <param name="map">Its middleware and endpoints.</param>
    /// <param name="build">Its services and settings.</param>
    /// <param name="listen">What its endpoint speaks.</param>
    public static async Task<MisconfiguredApplication> Start(Action<WebApplication> map, Action<WebApplicationBuilder>? build = null, Action<ListenOptions>? listen = null)
    {
        var folder = new TemporaryFolder();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = folder.Path, EnvironmentName = Environments.Production });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen ?? (_ => { })));
        builder.Services.AddSignalR();
        build?.Invoke(builder);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new MisconfiguredApplication(app, folder);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    public sealed class EmptyHub : Hub;

    public sealed class FailingHub : Hub
    {
        public override Task OnConnectedAsync() => throw new InvalidOperationException("The database is on fire.");
    }
}
