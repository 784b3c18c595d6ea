using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using RealtimeHello.Contracts;

namespace RealtimeHello.Server.Hosting.Drain;

/// <summary>Counts calls from their begin until their answer is written, and takes no new ones while the server stops.</summary>
internal sealed class DrainFilter(DrainState state) : IHubFilter
{
    private readonly ConcurrentDictionary<Type, bool> _streams = new();

    public ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        // Counted before it is asked: a call is either refused here or waited for. A stream has no end to wait for.
        if (!_streams.GetOrAdd(invocationContext.HubMethod.ReturnType, IsStream)) invocationContext.ServiceProvider.GetRequiredService<PendingCall>();
        if (state.IsDraining) throw new HubException($"{ChatErrorCodes.Unavailable}: The server is stopping; try again in a moment.");
        return next(invocationContext);
    }

    private static bool IsStream(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>);
}

/// <summary>Lives as long as a call's service scope, which SignalR disposes of after it has written the answer.</summary>
internal sealed class PendingCall : IDisposable
{
    private readonly DrainState _state;

    public PendingCall(DrainState state)
    {
        _state = state;
        state.Calls.Enter();
    }

    public void Dispose() => _state.Calls.Leave();
}
