using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Inspector.Access;

/// <summary>Marks the inspector's endpoints.</summary>
internal sealed class InspectorEndpoint;

/// <summary>Where the inspector was mapped; its conventions are complete only when the host starts.</summary>
internal sealed class MappedInspectors
{
    private readonly List<IEndpointRouteBuilder> builders = [];

    public void Add(IEndpointRouteBuilder builder) => builders.Add(builder);

    /// <summary>An endpoint of the inspector asks for no authorization.</summary>
    public bool AnyIsOpen => builders.SelectMany(builder => builder.DataSources).SelectMany(source => source.Endpoints).Any(endpoint =>
        endpoint.Metadata.GetMetadata<InspectorEndpoint>() is not null && endpoint.Metadata.GetMetadata<IAuthorizeData>() is null);
}

/// <summary>Keeps an inspector without any access rule from starting outside Development, and tells the journal when the process stops.</summary>
internal sealed class InspectorGuard(
    Journal journal, InspectorOptions options, IHostEnvironment environment, IHostApplicationLifetime lifetime, MappedInspectors mapped) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(() => journal.IsStopping = true);
        var guarded = environment.IsDevelopment() || options.IsOperator is not null || options.OperatorToken is { Length: > 0 };
        return guarded || !mapped.AnyIsOpen
            ? Task.CompletedTask
            : throw new InvalidOperationException(
                "The connection inspector would be open to everybody: outside Development give it an operator (options.OperatorToken or options.IsOperator in "
                + "AddConnectionInspector) or a policy (MapConnectionInspector().RequireAuthorization(\"Operators\")).");
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
