using Microsoft.AspNetCore.SignalR;
using RealtimeHello.Contracts;
using RealtimeHello.Server.Storage;

namespace RealtimeHello.Server.Chat;

/// <summary>
/// Turns what the chat refuses into HubExceptions, whose text reaches the client, and logs what nobody foresaw, whose
/// text does not.
/// </summary>
internal sealed partial class ChatErrorFilter(ILogger<ChatErrorFilter> log) : IHubFilter
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
        catch (Exception trouble) when (trouble is not (HubException or OperationCanceledException))
        {
            LogFailed(trouble, invocationContext.HubMethodName, invocationContext.Context.ConnectionId);
            throw;
        }
    }

    [LoggerMessage(LogLevel.Error, "{Method} failed on {Connection}.")]
    private partial void LogFailed(Exception trouble, string method, string connection);
}
