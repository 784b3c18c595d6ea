using System.Net;

namespace RealtimeHello.Client.Relay;

/// <summary>
/// The origins (RFC 6454 6.2) of the pages that come through a relay: its own, by the names that are known to be its own. A request's Host would not
/// tell, since a page of anybody's brings its own name along once that name leads to this machine.
/// </summary>
internal static class RelayOrigins
{
    /// <param name="listen">Where the relay listens.</param>
    /// <param name="local">Where a client reached it.</param>
    /// <returns>Compared without regard to case.</returns>
    public static IReadOnlySet<string> Of(ListenAddress listen, IPEndPoint local)
    {
        var address = local.Address.IsIPv4MappedToIPv6 ? local.Address.MapToIPv4() : new IPAddress(local.Address.GetAddressBytes());
        List<string> names = [listen.Host == "*" ? Dns.GetHostName() : listen.Host, $"{address}"];
        if (IPAddress.IsLoopback(address)) names.Add("localhost");
        var origins = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in names)
        {
            var host = name.Contains(':', StringComparison.Ordinal) ? $"[{name}]" : name;
            if (RelayTarget.TryParse($"{listen.Scheme}://{host}:{local.Port}", out var own, out _)) origins.Add(own.Origin);
        }

        return origins;
    }
}
