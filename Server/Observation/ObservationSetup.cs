using Microsoft.AspNetCore.SignalR;
using RealtimeHello.Inspector;
using RealtimeHello.Server.Accounts;
using RealtimeHello.Server.Hosting;

namespace RealtimeHello.Server.Observation;

/// <summary>Puts the inspector around the chat, which knows nothing of it.</summary>
internal static class ObservationSetup
{
    /// <summary>Where the inspector is served.</summary>
    public const string Path = "/inspect";

    /// <summary>Whether connections are recorded and shown: unless <c>Inspector:Enabled</c> is false. Then nothing is tapped, and <c>/inspect</c> is not there.</summary>
    public static bool IsOn(IConfiguration configuration) => InspectorSettings.Read(configuration).IsEnabled;

    /// <summary>Records connections and writes the layer log. Comes behind everything else that concerns SignalR.</summary>
    public static void AddObservation(this WebApplicationBuilder builder)
    {
        var settings = InspectorSettings.Read(builder.Configuration);
        if (!settings.IsEnabled) return;
        // A console format of one's own choice (Logging:Console:FormatterName, such as json) wins.
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.FormatterName ??= "layers");
        builder.Services.Configure<HubOptions>(hubs => hubs.AddFilter<ChatEvents>());
        builder.Services.AddSingleton<PostsUnderWay>();
        ObservedAudience.Surround(builder.Services);
        builder.Services.AddConnectionInspector();
        builder.Services.AddOptions<InspectorOptions>().Configure<DataFolder>((inspector, folder) =>
        {
            // One of the four lines of StartupLines.
            inspector.PrintsSignInLink = false;
            inspector.OperatorToken = OperatorToken.Find(settings.OperatorToken, folder);
            foreach (var name in settings.MaskedProperties) inspector.Secrets.Properties.Add(name);
            settings.Apply(inspector.Journal);
        });
    }

    /// <summary>Serves the inspector.</summary>
    public static void MapObservation(this WebApplication app)
    {
        if (!IsOn(app.Configuration)) return;
        app.UseSignOutEnds(Path);
        app.MapConnectionInspector(Path);
    }
}
