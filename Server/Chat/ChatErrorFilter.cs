using Microsoft.AspNetCore.SignalR;
using RealtimeHello.Contracts;
using RealtimeHello.Server.Storage;

namespace RealtimeHello.Server.Chat;

/// <summary>Turns what the chat refuses into HubExceptions, whose text reaches the client.</summary>
internal sealed class ChatErrorFilter : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(invocationContext);
        }
        catch (ChatException refused)
        {
            throw new HubException(refused.Message);
        }
        catch (StoreUnavailableException)
        {
            throw new HubException($"{ChatErrorCodes.Unavailable}: The message store does not answer; try again in a moment.");
        }
    }
}
