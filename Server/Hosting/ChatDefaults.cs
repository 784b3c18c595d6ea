using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;

namespace RealtimeHello.Server.Hosting;

/// <summary>What this server sets before a configuration says otherwise.</summary>
internal static class ChatDefaults
{
    /// <summary>Where the server listens when nothing else is asked for: this machine only.</summary>
    public const string Address = "http://localhost:5080";

    /// <summary>Settings lie beside the program, wherever it is started from.</summary>
    public static WebApplicationOptions Options(string[] args) => new() { Args = args, ContentRootPath = AppContext.BaseDirectory };

    /// <summary>Default address, HTTP/1.1 on every endpoint, small requests, time to leave, and the data folder.</summary>
    public static void UseChatDefaults(this WebApplicationBuilder builder)
    {
        if (!HasAddress(builder.Configuration)) builder.WebHost.UseUrls(Address);
        CheckUrls(builder.Configuration["urls"]);

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
            // Over HTTP/2 a WebSocket has no 101 and shares its connection (RFC 8441): its layers could not be shown one by one.
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddProblemDetails();
        // Lines of JSON are collected, and may not be in the order of their making any more.
        builder.Services.PostConfigure<JsonConsoleFormatterOptions>(json =>
        {
            if (json.TimestampFormat is not null) return;
            // ISO 8601, the same in every culture.
            json.TimestampFormat = "O";
            json.UseUtcTimestamp = true;
        });
        builder.Services.AddSingleton(TimeProvider.System);

        builder.Services.AddSingleton<OriginRule>();
        builder.Services.AddSingleton<HostRule>();
        // ASP.NET Core's own check of the same setting answers with HTML, and does not know where the server listens.
        builder.Services.Configure<HostFilteringOptions>(hosts => hosts.AllowedHosts = ["*"]);

        var folder = DataFolder.Open(builder.Configuration["data"]);
        // By a factory: what the container makes, it also disposes of, and with it the folder's lock.
        builder.Services.AddSingleton(_ => folder);
        builder.Services.AddDataProtection().SetApplicationName("RealtimeHello").PersistKeysToFileSystem(folder.Folder("keys"));
    }

    /// <summary>A misspelt port, as in <c>http://localhost:80x</c>, would be taken for a name, and the server would listen on every interface.</summary>
    private static void CheckUrls(string? urls)
    {
        foreach (var url in urls?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            var parts = url.Split("://");
            var isPattern = parts is [_, ['+' or '*', ..]];
            if (!Uri.TryCreate(isPattern ? $"{parts[0]}://any{parts[1][1..]}" : url, UriKind.Absolute, out _) && !parts[^1].StartsWith("unix:", StringComparison.Ordinal))
                throw new StartException($"'{url}' is no address to listen on; one is http://localhost:5090.");
        }
    }

    /// <summary>Whether an address was asked for in any of the ways ASP.NET Core knows; a default must not override one.</summary>
    private static bool HasAddress(ConfigurationManager configuration) =>
        !string.IsNullOrEmpty(configuration["urls"])
        || !string.IsNullOrEmpty(configuration["http_ports"])
        || !string.IsNullOrEmpty(configuration["https_ports"])
        || configuration.GetSection("Kestrel:Endpoints").GetChildren().Any();
}
