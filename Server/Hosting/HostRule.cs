using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using RealtimeHello.Server.Chat;

namespace RealtimeHello.Server.Hosting;

/// <summary>
/// Which names the server answers to. Any page can let its own name point at this machine, and then has this server as its own origin (DNS rebinding): only
/// the name in Host tells. Allowed are this machine's own names, <c>AllowedHosts</c>, and the hosts of <c>Chat:AllowedOrigins</c>. Where <c>AllowedHosts</c> is
/// not set every name is, unless the server is there for this machine alone: it listens at loopback addresses and trusts no proxy.
/// </summary>
internal sealed class HostRule
{
    public const string Setting = "AllowedHosts";

    private readonly List<StringSegment> _names;
    private readonly bool _hasProxy;
    private readonly bool _isSet;

    /// <exception cref="StartException">An entry is no name.</exception>
    public HostRule(IConfiguration configuration, IOptions<ChatOptions> options)
    {
        var hosts = configuration[Setting]?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        var origins = options.Value.AllowedOrigins.Select(origin => Uri.TryCreate(origin, UriKind.Absolute, out var uri) ? uri.IdnHost : "").Where(host => host.Length > 0);
        _names = [.. hosts.Concat(origins).Select(Parse)];
        _isSet = hosts.Length > 0;
        _hasProxy = configuration.GetSection(TrustedProxies.Setting).GetChildren().Any();
        AllowsAny = hosts.Contains("*");
    }

    /// <summary>Whether every name is allowed.</summary>
    public bool AllowsAny { get; private set; }

    /// <summary>Tells it where the server listens, once that is known.</summary>
    public void Listens(IEnumerable<string> addresses) => AllowsAny |= !_isSet && (_hasProxy || !addresses.All(address => IsLoopback(BindingAddress.Parse(address).Host)));

    public bool Allows(HostString host) => AllowsAny || !host.HasValue || IsLoopback(host.Host) || HostString.MatchesAny(host.ToUriComponent(), _names);

    /// <summary>400, and what to do about it.</summary>
    public static Task Refuse(HttpContext context) => Results.Problem(
        statusCode: StatusCodes.Status400BadRequest,
        title: "Foreign host name",
        detail: $"This server does not answer to the host name of this request. Add the name to {Setting} to let it, or the proxy that passes it on to {TrustedProxies.Setting}.").ExecuteAsync(context);

    /// <summary>As Host has it: in punycode. Ports are left out of the comparison, so a name with one would never be met.</summary>
    private static StringSegment Parse(string name) => new HostString(name) is { Port: null } host && !name.Contains('/', StringComparison.Ordinal)
        ? host.ToUriComponent()
        : throw new StartException($"{Setting} holds '{name}', which is not a host name such as chat.example.org or *.example.org.");

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}

/// <summary>Applies the rule to every request.</summary>
internal static class HostCheck
{
    public static void UseHostCheck(this WebApplication app)
    {
        var rule = app.Services.GetRequiredService<HostRule>();
        app.Lifetime.ApplicationStarted.Register(() => rule.Listens(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? []));
        app.Use((context, next) => rule.Allows(context.Request.Host) ? next(context) : HostRule.Refuse(context));
    }
}
