using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace RealtimeHello.Server.Hosting;

/// <summary>
/// Behind a proxy the peer is the proxy: who the client is, and whether it came by https, stands in X-Forwarded-For and X-Forwarded-Proto. Anybody can
/// write these, so they are believed only from the addresses and networks in <c>Proxies:Trusted</c>; by default from nobody.
/// </summary>
internal static class TrustedProxies
{
    public const string Setting = $"{Section}:{List}";
    private const string Section = "Proxies";
    private const string List = "Trusted";

    /// <summary>Comes before everything that asks for the client's address or the scheme.</summary>
    /// <exception cref="StartException">An entry is neither an address nor a network.</exception>
    public static void UseTrustedProxies(this WebApplication app)
    {
        var section = app.Configuration.GetSection(Section);
        SettingsSection.RefuseValue(section, $"{List}:0=10.0.0.7");
        foreach (var entry in section.GetChildren())
            if (!entry.Key.Equals(List, StringComparison.OrdinalIgnoreCase)) throw SettingsSection.Unknown(entry, [List]);
        var trusted = SettingsSection.ListOf(section.GetSection(List), "an address or a network", "10.0.0.7");
        if (trusted.Length == 0) return;
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            // From the nearest proxy back, for as long as the one that tells is trusted: however many stand in a row, the first that is not is the client.
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var entry in trusted)
        {
            if (IPAddress.TryParse(entry, out var address)) options.KnownProxies.Add(address);
            else if (System.Net.IPNetwork.TryParse(entry, out var network)) options.KnownIPNetworks.Add(network);
            else throw new StartException($"{Setting} holds '{entry}', which is neither an address such as 10.0.0.7 nor a network such as 10.0.0.0/8.");
        }

        app.UseForwardedHeaders(options);
    }
}
