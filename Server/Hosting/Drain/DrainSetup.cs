using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RealtimeHello.Contracts;
using RealtimeHello.Server.Chat;

namespace RealtimeHello.Server.Hosting.Drain;

/// <summary>
/// Leaving in good order. SignalR by itself aborts its connections when the host stops, and hosted services are stopped
/// too late to do better; a callback that is registered after the host has started runs before SignalR's own.
/// </summary>
internal static class DrainSetup
{
    /// <summary>The whole way out: the drain, and then Kestrel's own end.</summary>
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan CallsLimit = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(2);

    /// <summary>What clients are told to wait before they come back.</summary>
    private static readonly TimeSpan ReconnectAfter = TimeSpan.FromSeconds(2);

    /// <summary>Stands before whatever lifetime manager the hub has: call it after that was chosen.</summary>
    public static void AddDrain<THub>(this WebApplicationBuilder builder)
        where THub : Hub
    {
        var services = builder.Services;
        services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownLimit);
        services.AddSingleton<DrainState>();
        services.AddSingleton<DrainFilter>();
        services.AddScoped<PendingCall>();
        services.Configure<HubOptions<THub>>(hub => hub.AddFilter<DrainFilter>());

        var inner = services.Last(service => service.ServiceType == typeof(HubLifetimeManager<THub>));
        services.AddSingleton(provider => new ClosingHubLifetimeManager<THub>(
            (HubLifetimeManager<THub>)(inner.ImplementationInstance
                ?? inner.ImplementationFactory?.Invoke(provider)
                ?? ActivatorUtilities.CreateInstance(provider, inner.ImplementationType!))));
        services.Replace(ServiceDescriptor.Singleton<HubLifetimeManager<THub>>(provider => provider.GetRequiredService<ClosingHubLifetimeManager<THub>>()));
    }

    /// <summary>Drains when the host begins to stop, however that came about.</summary>
    public static void UseDrain<THub>(this WebApplication app)
        where THub : Hub =>
        app.Lifetime.ApplicationStarted.Register(() => app.Lifetime.ApplicationStopping.Register(() => Drain<THub>(app.Services).GetAwaiter().GetResult()));

    private static async Task Drain<THub>(IServiceProvider services)
        where THub : Hub
    {
        var state = services.GetRequiredService<DrainState>();
        state.Begin();
        services.GetRequiredService<GuardedAudience>().ServerStopping(new ServerStop((int)ReconnectAfter.TotalMilliseconds));
        await Within(CallsLimit, state.Calls.WhenZero());
        await Within(CloseLimit, services.GetRequiredService<ClosingHubLifetimeManager<THub>>().CloseAll());
        await Within(CloseLimit, state.Connections.WhenZero());
    }

    /// <summary>Somebody who reads slowly, or a store that hangs, keeps the process no longer than this.</summary>
    private static async Task Within(TimeSpan limit, Task task)
    {
        try
        {
            await task.WaitAsync(limit);
        }
        catch (TimeoutException)
        {
        }
    }
}
