using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace RealtimeHello.Inspector.Hubs;

/// <summary>Puts the observers around SignalR's services, whatever was registered before.</summary>
internal static class HubObservation
{
    /// <summary>In a connection's items: the name of its hub protocol, which a hub filter is not told.</summary>
    public static readonly object ProtocolItem = new();

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<HubObserver>();
        services.AddSingleton<HubPlaces>();
        services.AddTransient<IStartupFilter>(provider => provider.GetRequiredService<HubPlaces>());
        services.Configure<HubOptions>(hubs => hubs.AddFilter<HubObserver>());

        var registered = services.Where(service => IsLifetimeManager(service.ServiceType)).ToList();
        foreach (var closed in registered.Where(service => !service.ServiceType.IsGenericTypeDefinition)) Decorate(services, closed);

        var open = registered.LastOrDefault(service => service.ServiceType.IsGenericTypeDefinition);
        services.AddSingleton(new InnerLifetimeManager(open?.ImplementationType ?? typeof(DefaultHubLifetimeManager<>)));
        if (open is not null) services.Remove(open);
        services.AddSingleton(typeof(HubLifetimeManager<>), typeof(OpenObservedHubLifetimeManager<>));
    }

    private static bool IsLifetimeManager(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(HubLifetimeManager<>);

    private static void Decorate(IServiceCollection services, ServiceDescriptor inner)
    {
        services.Remove(inner);
        var observed = typeof(ObservedHubLifetimeManager<>).MakeGenericType(inner.ServiceType.GenericTypeArguments);
        services.AddSingleton(inner.ServiceType, provider => Activator.CreateInstance(observed, Make(provider, inner), provider.GetRequiredService<HubPlaces>())!);
    }

    internal static object Make(IServiceProvider provider, ServiceDescriptor descriptor) =>
        descriptor.ImplementationInstance
        ?? descriptor.ImplementationFactory?.Invoke(provider)
        ?? ActivatorUtilities.CreateInstance(provider, descriptor.ImplementationType!);
}

/// <summary>The open generic type of the manager that was there before.</summary>
internal sealed record InnerLifetimeManager(Type OpenType);

/// <summary>What the container makes for a hub: the observer around the manager that was there before.</summary>
internal sealed class OpenObservedHubLifetimeManager<THub>(IServiceProvider services, InnerLifetimeManager inner, HubPlaces places)
    : ObservedHubLifetimeManager<THub>((HubLifetimeManager<THub>)ActivatorUtilities.CreateInstance(services, inner.OpenType.MakeGenericType(typeof(THub))), places)
    where THub : Hub;
