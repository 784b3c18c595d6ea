using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;

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

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
            // Over HTTP/2 a WebSocket has no 101 and shares its connection (RFC 8441): its layers could not be shown one by one.
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddProblemDetails();
        builder.Services.AddSingleton(TimeProvider.System);

        builder.Services.AddSingleton<OriginRule>();

        var folder = DataFolder.Open(builder.Configuration["data"]);
        // By a factory: what the container makes, it also disposes of, and with it the folder's lock.
        builder.Services.AddSingleton(_ => folder);
        builder.Services.AddDataProtection().SetApplicationName("RealtimeHello").PersistKeysToFileSystem(folder.Folder("keys"));
    }

    /// <summary>Whether an address was asked for in any of the ways ASP.NET Core knows; a default must not override one.</summary>
    private static bool HasAddress(ConfigurationManager configuration) =>
        !string.IsNullOrEmpty(configuration["urls"])
        || !string.IsNullOrEmpty(configuration["http_ports"])
        || !string.IsNullOrEmpty(configuration["https_ports"])
        || configuration.GetSection("Kestrel:Endpoints").GetChildren().Any();
}
