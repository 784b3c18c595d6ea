using System.Net.Http.Headers;
using System.Text.Json;

namespace RealtimeHello.Benchmarks.Chat;

/// <summary>Somebody who looks: reads the inspector's feed as fast as it comes, and decodes nothing.</summary>
internal sealed class Viewer : IAsyncDisposable
{
    private readonly HttpClient http;
    private readonly CancellationTokenSource ends = new();
    private Task reading = Task.CompletedTask;

    private Viewer(Uri server, string token)
    {
        http = new HttpClient { BaseAddress = server };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public static async Task<Viewer> OfEverything(Uri server, string token)
    {
        var viewer = new Viewer(server, token);
        await viewer.Open("/inspect/events");
        return viewer;
    }

    public static async Task<Viewer> OfOneConnection(Uri server, string token)
    {
        var viewer = new Viewer(server, token);
        var list = JsonDocument.Parse(await viewer.http.GetStringAsync(new Uri("/inspect/connections?state=open&limit=1", UriKind.Relative)));
        await viewer.Open($"/inspect/events?connection={list.RootElement.GetProperty("items")[0].GetProperty("id").GetString()}");
        return viewer;
    }

    public async ValueTask DisposeAsync()
    {
        await ends.CancelAsync();
        await reading;
        http.Dispose();
        ends.Dispose();
    }

    private async Task Open(string address)
    {
        var stream = await http.GetStreamAsync(new Uri(address, UriKind.Relative));
        reading = Read(stream);
    }

    private async Task Read(Stream stream)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await stream.ReadAsync(buffer, ends.Token) > 0)
            {
                // What it says is of no interest here.
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The measurement is over.
        }
    }
}
