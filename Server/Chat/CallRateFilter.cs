using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using RealtimeHello.Contracts;

namespace RealtimeHello.Server.Chat;

/// <summary>Bounds how often a connection may call.</summary>
internal sealed class CallRateFilter(IOptions<ChatOptions> options, TimeProvider clock) : IHubFilter
{
    public Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        context.Context.Items[typeof(Budget)] = new Budget(options.Value, clock);
        return next(context);
    }

    public ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        var budget = (Budget)invocationContext.Context.Items[typeof(Budget)]!;
        return budget.For(invocationContext.HubMethodName).TryTake()
            ? next(invocationContext)
            : throw new ChatException(ChatErrorCodes.TooFast, $"{invocationContext.HubMethodName} is called too often; wait a moment.");
    }

    private sealed class Budget(ChatOptions options, TimeProvider clock)
    {
        private readonly TokenBucket _posts = new(options.Posts, clock);
        private readonly TokenBucket _typing = new(options.Typing, clock);
        private readonly TokenBucket _others = new(options.Others, clock);

        public TokenBucket For(string method) => method switch
        {
            nameof(IChatHub.PostMessage) => _posts,
            nameof(IChatHub.SetTyping) => _typing,
            _ => _others,
        };
    }
}
