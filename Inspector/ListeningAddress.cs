using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace RealtimeHello.Inspector;

/// <summary>Where a server can be reached from this machine.</summary>
public static class ListeningAddress
{
    /// <summary>The first address that a server listens at, any-address written as localhost, without a slash behind it; null: it listens nowhere, or not yet.</summary>
    public static string? Of(IServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        return server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()?
            .Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal)
            .Replace("://[::]", "://localhost", StringComparison.Ordinal)
            .Replace("://+", "://localhost", StringComparison.Ordinal)
            .Replace("://*", "://localhost", StringComparison.Ordinal)
            .TrimEnd('/');
    }
}
