using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;

namespace RealtimeHello.Inspector.Access;

/// <summary>Marks the inspector's endpoints.</summary>
internal sealed class InspectorEndpoint;

/// <summary>Where the inspector was mapped; its conventions are complete only when the host starts.</summary>
internal sealed class MappedInspectors
{
    private const string SignIn = "/sign-in";

    private readonly List<IEndpointRouteBuilder> builders = [];

    public void Add(IEndpointRouteBuilder builder) => builders.Add(builder);

    /// <summary>An endpoint of the inspector asks for no authorization.</summary>
    public bool AnyIsOpen => Endpoints.Any(endpoint => endpoint.Metadata.GetMetadata<IAuthorizeData>() is null);

    /// <summary>The path of each inspector that was mapped, such as <c>/inspect</c>.</summary>
    public IEnumerable<string> Paths => Endpoints.OfType<RouteEndpoint>()
        .Select(endpoint => "/" + endpoint.RoutePattern.RawText?.TrimStart('/'))
        .Where(path => path.EndsWith(SignIn, StringComparison.Ordinal))
        .Select(path => path[..^SignIn.Length])
        .Distinct();

    private IEnumerable<Microsoft.AspNetCore.Http.Endpoint> Endpoints =>
        builders.SelectMany(builder => builder.DataSources).SelectMany(source => source.Endpoints).Where(endpoint => endpoint.Metadata.GetMetadata<InspectorEndpoint>() is not null);
}
