using Microsoft.AspNetCore.Hosting.Server;
using RealtimeHello.Inspector;
using RealtimeHello.Server.Observation;

namespace RealtimeHello.Server.Hosting;

/// <summary>The four plain lines that the server prints when it is ready.</summary>
internal static class StartupLines
{
    public static void PrintStartupLines(this WebApplication app) =>
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            var address = ListeningAddress.Of(app.Services.GetRequiredService<IServer>()) ?? ChatDefaults.Address;
            var folder = app.Services.GetRequiredService<DataFolder>();
            Console.Out.Write(
                $"Chat:      {address}/\n" +
                $"Inspector: {(ObservationSetup.IsOn(app.Configuration) ? address + InspectorLink(app) : "off (Inspector:Enabled is false)")}\n" +
                $"Console:   dotnet run --project Client.Console -- chat --server {address}\n" +
                $"Data:      {folder.Path}\n");
        });

    /// <summary>The sign-in link holds a code: it is printed for whoever sits at the terminal or develops, and never where output is collected.</summary>
    private static string InspectorLink(WebApplication app) =>
        app.Environment.IsDevelopment() || !Console.IsOutputRedirected
            ? $"{ObservationSetup.Path}/{app.Services.GetInspectorSignInQuery()}"
            : ObservationSetup.Path;
}
