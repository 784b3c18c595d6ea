using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RealtimeHello.Contracts;

namespace RealtimeHello.Tests.Client;

/// <summary>A server that speaks the chat's protocol and means harm: what it says to its clients holds what terminals obey.</summary>
internal sealed class HostileServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HostileServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public static async Task<HostileServer> Start(IReadOnlyList<string> texts)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging(logging => logging.ClearProviders());
        builder.Services.AddSingleton(texts);
        builder.Services.AddSignalR();
        var app = builder.Build();
        app.UseRouting();
        app.UseWebSockets();
        app.MapPost("/session", () => Results.Json(new { user = Guid.NewGuid(), name = "ada", accessToken = "token", expiresAt = DateTime.UtcNow.AddHours(1) }));
        app.MapHub<Hub>("/chat");
        await app.StartAsync();
        return new HostileServer(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public sealed class Hub(IReadOnlyList<string> texts) : Microsoft.AspNetCore.SignalR.Hub
    {
        public RoomState JoinRoom(string room, long? after) => new(
            room,
            ["ada", "e\e[31mve"],
            [.. texts.Select((text, i) => new ChatMessage(room, i + 1, Guid.CreateVersion7(), "e\e[31mve", text, DateTime.UtcNow)).Where(message => message.Number > (after ?? 0))],
            texts.Count,
            false);

        public PostReceipt PostMessage(string room, string id, string text) => throw new HubException($"\e[31mbad_text: \e]0;pwned\a\e[2Jno, {Context.ConnectionId}");
    }
}
