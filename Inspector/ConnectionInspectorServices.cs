using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RealtimeHello.Inspector;
using RealtimeHello.Inspector.Access;
using RealtimeHello.Inspector.Endpoints;
using RealtimeHello.Inspector.Hubs;
using RealtimeHello.Inspector.Listening;
using RealtimeHello.Inspector.Logs;
using RealtimeHello.Recording.Journals;

// Where ASP.NET Core's own Add methods are: the line needs no using.
namespace Microsoft.Extensions.DependencyInjection;

/// <summary>The first of the two lines that show every layer of every connection of an ASP.NET Core SignalR application.</summary>
public static class ConnectionInspectorServices
{
    /// <summary>
    /// Records connections. Call it last, behind AddSignalR and what extends it: it goes around the transport and the hub lifetime manager that are registered by then.
    /// </summary>
    public static IServiceCollection AddConnectionInspector(this IServiceCollection services, Action<InspectorOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (configure is not null) services.Configure(configure);
        if (services.Any(service => service.ServiceType == typeof(InspectorOptions))) return services;
        AddPages(services);
        services.AddSingleton(provider => new Journal(provider.GetRequiredService<InspectorOptions>().Journal, provider.GetRequiredService<TimeProvider>()));
        foreach (var transport in services.Where(service => service.ServiceType == typeof(IConnectionListenerFactory)).ToList()) Tap(services, transport);
        HubObservation.Add(services);
        // In front of the server, so that the log is there for the first connection and stops behind the last.
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService, LayerLog>());
        services.AddTransient<IStartupFilter, ForwardedClients>();
        services.AddLogging(logging => logging.AddConsoleFormatter<LayerConsoleFormatter, Microsoft.Extensions.Logging.Console.ConsoleFormatterOptions>());
        return services;
    }

    /// <summary>Shows connections that something else records, such as a relay; of this host's own connections nothing is recorded.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="journal">What is shown. Budgets and masks are its recorders' business, not of <paramref name="configure"/>.</param>
    /// <param name="configure">Who may look.</param>
    public static IServiceCollection AddConnectionInspector(this IServiceCollection services, Journal journal, Action<InspectorOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(journal);
        if (configure is not null) services.Configure(configure);
        if (services.Any(service => service.ServiceType == typeof(InspectorOptions))) return services;
        AddPages(services);
        return services.AddSingleton(journal);
    }

    private static void AddPages(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<InspectorOptions>>().Value);
        services.AddSingleton<InspectorAccess>();
        services.AddSingleton<MappedInspectors>();
        services.AddSingleton<TokenGuesses>();
        services.AddSingleton<FeedPlaces>();
        services.AddHostedService<InspectorGuard>();
        services.AddHostedService<SignInLine>();
    }

    private static void Tap(IServiceCollection services, ServiceDescriptor transport)
    {
        var index = services.IndexOf(transport);
        services[index] = ServiceDescriptor.Singleton<IConnectionListenerFactory>(provider => new RecordedListenerFactory(
            (IConnectionListenerFactory)HubObservation.Make(provider, transport),
            provider.GetRequiredService<Journal>(),
            provider.GetRequiredService<InspectorOptions>(),
            provider.GetRequiredService<ILogger<RecordedListener>>()));
    }
}
