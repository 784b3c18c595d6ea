using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RealtimeHello.Inspector.Access;
using RealtimeHello.Inspector.Endpoints;

// Where ASP.NET Core's own Map methods are: the line needs no using.
namespace Microsoft.AspNetCore.Builder;

/// <summary>The second of the two lines.</summary>
public static class ConnectionInspectorEndpoints
{
    /// <summary>Serves the inspector under <paramref name="path"/>.</summary>
    /// <returns>For conventions, such as RequireAuthorization.</returns>
    public static IEndpointConventionBuilder MapConnectionInspector(this IEndpointRouteBuilder endpoints, string path = "/inspect")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var group = endpoints.MapGroup(path);
        group.AddEndpointFilter(ProcessMark.Set);
        group.AddEndpointFilter(Uncached.Set);
        group.AddEndpointFilter(InspectorAccess.AskPolicy);
        group.AddEndpointFilter(TokenGuesses.CountBearer);
        InspectorPages.Map(group);
        InspectorEndpoints.Map(group);
        group.WithMetadata(new InspectorEndpoint());
        endpoints.ServiceProvider.GetRequiredService<MappedInspectors>().Add(endpoints);
        return group;
    }
}
