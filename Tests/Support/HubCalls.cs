using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using RealtimeHello.Contracts;

namespace RealtimeHello.Tests.Support;

/// <summary>The hub's methods, by name.</summary>
public static class HubCalls
{
    public static Task<RoomState> Join(this HubConnection hub, string room, long? after = null) => hub.InvokeAsync<RoomState>("JoinRoom", room, after);

    public static Task<PostReceipt> Post(this HubConnection hub, string room, string text, Guid? id = null) =>
        hub.InvokeAsync<PostReceipt>("PostMessage", room, (id ?? Guid.CreateVersion7()).ToString(), text);

    /// <summary>Calls a method that must be refused.</summary>
    /// <returns>What the client is told.</returns>
    public static async Task<string> Refusal(this HubConnection hub, string method, params object?[] arguments)
    {
        var call = () => hub.InvokeCoreAsync<object>(method, arguments);
        return (await call.Should().ThrowAsync<HubException>()).Which.Message;
    }
}
