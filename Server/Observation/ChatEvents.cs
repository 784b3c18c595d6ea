using Microsoft.AspNetCore.SignalR;
using RealtimeHello.Contracts;
using RealtimeHello.Inspector;

namespace RealtimeHello.Server.Observation;

/// <summary>Publishes what the chat did as events of the connection that asked for it, from outside: the chat does not know that it is observed.</summary>
internal sealed class ChatEvents(PostsUnderWay posts) : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        if (invocationContext.Context.GetHttpContext().GetConnectionRecorder() is not { } connection) return await next(invocationContext);
        // Before it is stored: the fan-out waits for nobody, and may be faster than the receipt.
        var post = IdOfPost(invocationContext) is { } id ? posts.Begin(id, connection) : null;
        var result = await next(invocationContext);
        switch (result)
        {
            case RoomState joined:
                connection.PublishApplicationEvent("joined", $"room {joined.Room}", new Dictionary<string, object?>
                {
                    ["room"] = joined.Room,
                    ["members"] = joined.Members.Count,
                    ["lastNumber"] = joined.LastNumber,
                });
                break;
            case PostReceipt posted:
                post?.Posted(posted.Room, posted.Number, posted.Duplicate);
                break;
            default:
                PublishCall(invocationContext, connection);
                break;
        }

        return result;
    }

    private static Guid? IdOfPost(HubInvocationContext call) =>
        call.HubMethodName == nameof(IChatHub.PostMessage) && call.HubMethodArguments is [_, string text, ..] && Guid.TryParse(text, out var id) ? id : null;

    private static void PublishCall(HubInvocationContext call, IConnectionRecorderFeature connection)
    {
        if (call.HubMethodArguments is not [string room, ..]) return;
        var fields = new Dictionary<string, object?> { ["room"] = room };
        if (call.HubMethodName == nameof(IChatHub.LeaveRoom)) connection.PublishApplicationEvent("left", $"room {room}", fields);
        else if (call.HubMethodName == nameof(IChatHub.SetTyping)) connection.PublishApplicationEvent("typing", $"in room {room}", fields);
    }
}
