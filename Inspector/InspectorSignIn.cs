using Microsoft.Extensions.DependencyInjection;
using RealtimeHello.Inspector.Access;

namespace RealtimeHello.Inspector;

/// <summary>For applications that print the operator's sign-in link themselves, and programs that follow it.</summary>
public static class InspectorSignIn
{
    /// <summary>The name of the cookie that following the link sets: whoever brings it is the operator, as long as the process lives.</summary>
    public const string CookieName = "realtimehello-operator";

    /// <summary>The sign-in link's path and query below the inspector's own path. It holds a code: for the console, never for a log.</summary>
    public static string GetInspectorSignInQuery(this IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.GetRequiredService<InspectorAccess>().SignInQuery;
    }
}
