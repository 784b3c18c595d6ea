namespace RealtimeHello.Server.Hosting;

/// <summary>Alive and ready.</summary>
internal static class Health
{
    public static void MapHealth(this WebApplication app)
    {
        app.MapGet("/healthz", () => Results.Text("alive"));
        app.MapGet("/readyz", () => Results.Text("ready"));
    }
}
