using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RealtimeHello.Layers;

namespace RealtimeHello.Tests.Client;

/// <summary>
/// An inspector whose process is another one behind its first feed, and has numbered further by the time of the second. What is asked between two feeds is answered by one of
/// them: the restart may come before or behind that.
/// </summary>
internal sealed class RestartedInspector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _between;
    private int _feeds;

    private RestartedInspector(WebApplication app, string between) => (_app, _between) = (app, between);

    public Uri Address => new(_app.Urls.First());

    public static async Task<RestartedInspector> Start(string between)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddLogging(logging => logging.ClearProviders());
        var app = builder.Build();
        var server = new RestartedInspector(app, between);
        app.Run(server.Answer);
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task Answer(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (request.Path != "/inspect/events")
        {
            (response.StatusCode, response.Headers["Inspector-Process"]) = (StatusCodes.Status404NotFound, _feeds == 0 ? "first" : _between);
            return;
        }

        var isFirst = Interlocked.Increment(ref _feeds) == 1;
        response.Headers["Inspector-Process"] = isFirst ? "first" : "second";
        response.ContentType = "text/event-stream";
        await response.WriteAsync($"event: ready\ndata: {{}}\nid: {new EventSequence(isFirst ? 1 : 90, 0, Layer.Tcp, 0)}\n\n", context.RequestAborted);
        if (isFirst)
        {
            await response.WriteAsync(Event(40, "of the first process"), context.RequestAborted);
            return;
        }

        // As an inspector does: what stands behind the last that was told.
        var last = EventSequence.TryParse(request.Headers["Last-Event-ID"], out var told) ? told : default;
        foreach (var (number, summary) in ((long, string)[])[(7, "told from the beginning"), (91, "told behind")])
        {
            if (number > last.Number) await response.WriteAsync(Event(number, summary), context.RequestAborted);
        }

        await response.Body.FlushAsync(context.RequestAborted);
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private static string Event(long number, string summary) =>
        $"data: {{\"connection\":\"a{number}\",\"at\":\"2026-01-02T12:00:00Z\",\"layer\":\"tcp\",\"direction\":\"local\",\"kind\":\"opened\",\"summary\":\"{summary}\"}}\nid: {new EventSequence(number, 0, Layer.Tcp, 0)}\n\n";
}
