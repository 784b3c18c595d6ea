using RealtimeHello.Server.Hosting.Drain;
using RealtimeHello.Server.Storage;

namespace RealtimeHello.Server.Hosting;

/// <summary>Whether the process lives, and whether it should get work.</summary>
internal static class Health
{
    private static readonly string[] Reads = [HttpMethods.Get, HttpMethods.Head];

    public static void MapHealth(this WebApplication app)
    {
        app.MapMethods("/healthz", Reads, () => Results.Text("alive"));
        app.MapMethods("/readyz", Reads, IsReady);
    }

    private static async Task<IResult> IsReady(DrainState drain, IMessageStore store, CancellationToken cancellationToken)
    {
        if (drain.IsDraining) return NotReady("The server is stopping.");
        if (!store.IsWorking) return NotReady("The message store takes no writes.");
        try
        {
            await store.ReadLatestRooms(1, cancellationToken);
            return Results.Text("ready");
        }
        catch (StoreUnavailableException)
        {
            return NotReady("The message store can't be read.");
        }
    }

    private static IResult NotReady(string why) => Results.Problem(statusCode: StatusCodes.Status503ServiceUnavailable, title: "Not ready", detail: why);
}
