using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace RealtimeHello.Server.Hosting;

/// <summary>What this server sets before a configuration says otherwise.</summary>
internal static class ChatDefaults
{
    /// <summary>Where the server listens when nothing else is asked for: this machine only.</summary>
    public const string Address = "http://localhost:5080";

    /// <summary>Default address, HTTP/1.1 on every endpoint, time to leave, and the data folder.</summary>
    public static void UseChatDefaults(this WebApplicationBuilder builder)
    {
        if (!HasAddress(builder.Configuration)) builder.WebHost.UseUrls(Address);

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Over HTTP/2 a WebSocket has no 101 and shares its connection (RFC 8441): its layers could not be shown one by one.
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(8));
        builder.Services.AddProblemDetails();
        builder.Services.AddSingleton(TimeProvider.System);

        var folder = DataFolder.Open(builder.Configuration["data"]);
        builder.Services.AddSingleton(folder);
        builder.Services.AddDataProtection()
            .SetApplicationName("RealtimeHello")
            .PersistKeysToFileSystem(new DirectoryInfo(folder.File("keys")));
    }

    private static bool HasAddress(ConfigurationManager configuration) =>
        !string.IsNullOrEmpty(configuration["urls"])
        || !string.IsNullOrEmpty(configuration["http_ports"])
        || !string.IsNullOrEmpty(configuration["https_ports"])
        || configuration.GetSection("Kestrel:Endpoints").GetChildren().Any();
}
