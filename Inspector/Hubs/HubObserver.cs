using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Hubs;

namespace RealtimeHello.Inspector.Hubs;

/// <summary>Sees connects, calls and disconnects of every hub, from outside.</summary>
internal sealed class HubObserver(InspectorOptions options) : IHubFilter
{
    /// <summary>As many as the hubs have methods.</summary>
    private static readonly ConcurrentDictionary<MethodInfo, bool> Streams = new();

    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        if (HubRecorder.Of(invocationContext.Context) is not { } recorder) return await next(invocationContext);
        var method = invocationContext.HubMethodName;
        var call = recorder.Fact(new HubInvoked(method), DecodingDepth.Full);
        var began = Stopwatch.GetTimestamp();
        try
        {
            var result = await next(invocationContext);
            HubRecorder.Now(invocationContext.Context, recorder).Fact(new HubCompleted(method, Stopwatch.GetElapsedTime(began), call, ReturnsStream(invocationContext.HubMethod)), DecodingDepth.Full);
            return result;
        }
        catch (Exception exception)
        {
            // A HubException is an answer; anything else is trouble that belongs in the connection's story.
            HubRecorder.Now(invocationContext.Context, recorder).Fact(
                new HubFailed(method, Stopwatch.GetElapsedTime(began), exception.GetType().Name, exception.Message, call),
                exception is HubException ? DecodingDepth.Full : DecodingDepth.Lifecycle);
            throw;
        }
    }

    /// <summary>SignalR streams what is an IAsyncEnumerable or a ChannelReader, also behind a task.</summary>
    private static bool ReturnsStream(MethodInfo method) => Streams.GetOrAdd(method, static method =>
    {
        var type = method.ReturnType;
        if (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>))) type = type.GetGenericArguments()[0];
        for (var reader = type; reader is not null; reader = reader.BaseType)
            if (reader.IsGenericType && reader.GetGenericTypeDefinition() == typeof(ChannelReader<>)) return true;
        return type.GetInterfaces().Prepend(type).Any(one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>));
    });

    public async Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        var recorder = HubRecorder.Of(context.Context);
        var user = context.Context.User;
        // The application was asked already whose a hub is that may move.
        var place = context.Context.Features.Get<HubPlace>();
        var name = place is not null ? place.Continued.User : user is null ? null : options.UserName(user);
        if (HubRecorder.IsWebSocket(context.Context)) recorder?.Recorder.BelongsTo(place is not null ? place.UserId : user is null ? null : options.UserId(user), name);
        else recorder?.Recorder.IsShared(name, recorder.Value.Owner);
        recorder?.Fact(new HubConnected(context.Hub.GetType().Name, context.Context.ConnectionId, name, context.Context.Items.Remove(HubObservation.ProtocolItem, out var protocol) ? protocol as string : null));
        var began = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        catch (Exception exception)
        {
            HubRecorder.Of(context.Context)?.Fact(new HubFailed(nameof(OnConnectedAsync), Stopwatch.GetElapsedTime(began), exception.GetType().Name, exception.Message));
            throw;
        }
    }

    public async Task OnDisconnectedAsync(HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next)
    {
        var before = HubRecorder.Of(context.Context);
        try
        {
            await next(context, exception);
        }
        finally
        {
            (HubRecorder.Of(context.Context) ?? before)?.Fact(new HubDisconnected(exception?.GetType().Name, exception?.Message));
        }
    }
}
