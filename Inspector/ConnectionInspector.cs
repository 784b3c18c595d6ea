using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RealtimeHello.Inspector.Access;
using RealtimeHello.Inspector.Endpoints;
using RealtimeHello.Inspector.Hubs;
using RealtimeHello.Inspector.Listening;
using RealtimeHello.Inspector.Logs;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Inspector;

/// <summary>The two lines that show every layer of every connection of an ASP.NET Core SignalR application.</summary>
public static class ConnectionInspector
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

    /// <summary>Serves the inspector under <paramref name="path"/>.</summary>
    /// <returns>For conventions, such as RequireAuthorization.</returns>
    public static IEndpointConventionBuilder MapConnectionInspector(this IEndpointRouteBuilder endpoints, string path = "/inspect")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var group = endpoints.MapGroup(path);
        InspectorPages.Map(group);
        InspectorEndpoints.Map(group);
        group.WithMetadata(new InspectorEndpoint());
        endpoints.ServiceProvider.GetRequiredService<MappedInspectors>().Add(endpoints);
        return group;
    }

    /// <summary>The sign-in link's path and query below the inspector's own path. It holds a code: for the console, never for a log.</summary>
    public static string GetInspectorSignInQuery(this IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.GetRequiredService<InspectorAccess>().SignInQuery;
    }

    private static void AddPages(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<InspectorOptions>>().Value);
        services.AddSingleton<InspectorAccess>();
        services.AddSingleton<MappedInspectors>();
        services.AddHostedService<InspectorGuard>();
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
