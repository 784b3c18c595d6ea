using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using RealtimeHello.Server.Accounts;
using RealtimeHello.Server.Chat.FanOut;
using RealtimeHello.Server.Chat.Wire;
using RealtimeHello.Server.Hosting.Drain;

namespace RealtimeHello.Server.Chat;

/// <summary>The hub and what stands behind it.</summary>
internal static class ChatSetup
{
    /// <summary>
    /// Calls of one client that run at a time. More than one, so that a client may send posts without waiting for each
    /// receipt and they share a commit.
    /// </summary>
    private const int ParallelCalls = 64;

    private const int MostBytesOfHubMessage = 32 * 1024;

    public static void AddChat(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var section = builder.Configuration.GetSection(ChatOptions.Section);
        ChatOptions.Check(section);
        services.Configure<ChatOptions>(section);
        services.AddSingleton<IRoomAudience, HubAudience>();
        services.AddSingleton<GuardedAudience>();
        services.AddSingleton<Rooms>();
        services.AddSingleton<ChatCounters>();
        services.AddSingleton<VitalsMeter>();
        services.AddSingleton<ChatErrorFilter>();
        services.AddSingleton<CallRateFilter>();
        services.AddSingleton<HubLifetimeManager<ChatHub>, BoundedHubLifetimeManager<ChatHub>>();
        services.AddSignalR()
            .AddHubOptions<ChatHub>(options =>
            {
                options.MaximumReceiveMessageSize = MostBytesOfHubMessage;
                options.MaximumParallelInvocationsPerClient = ParallelCalls;
                options.AddFilter<ChatErrorFilter>();
                options.AddFilter<CallRateFilter>();
            })
            .AddJsonProtocol(json => ChatJson.Configure(json.PayloadSerializerOptions))
            .AddMessagePackProtocol(messagePack => messagePack.SerializerOptions = ChatMessagePack.Options);
    }

    /// <summary>The hub, over WebSockets only.</summary>
    public static void MapChat(this WebApplication app, string path)
    {
        app.UseChatGate(path);
        EndConnectionsOfSignedOut(app.Services);
        app.MapHub<ChatHub>(path, options => options.Transports = HttpTransportType.WebSockets);
    }

    private static void EndConnectionsOfSignedOut(IServiceProvider services)
    {
        var connections = services.GetRequiredService<ClosingHubLifetimeManager<ChatHub>>();
        // Nobody waits for it: whoever reads slowly would hold up somebody's sign-out. The words are SignalR's own for a HubException that ends a connection.
        services.GetRequiredService<SignOuts>().SignedOut += user =>
            _ = connections.CloseUser(Guest.ToText(user), $"Connection closed with an error. HubException: {ChatHub.SignedOut}");
    }
}
