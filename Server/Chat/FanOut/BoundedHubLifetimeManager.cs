using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace RealtimeHello.Server.Chat.FanOut;

/// <summary>
/// SignalR's groups, with one difference to the stock manager: nobody waits for a slow connection and nothing piles up
/// for it without bound. What can't be written at once counts as unsent, and a connection with too much of it is
/// aborted; its client comes back and reads what it missed.
/// </summary>
/// <remarks>
/// Each message is serialized once a protocol, however many receive it. Sends to one group reach each of its
/// connections in the order of the calls, as long as the calls themselves are made one after the other.
/// </remarks>
internal sealed partial class BoundedHubLifetimeManager<THub>(ILogger<BoundedHubLifetimeManager<THub>> log) : HubLifetimeManager<THub>
    where THub : Hub
{
    private readonly ConcurrentDictionary<string, Receiver> _receivers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ReceiverGroup> _groups = new(StringComparer.Ordinal);

    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        _receivers[connection.ConnectionId] = new Receiver(connection);
        return Task.CompletedTask;
    }

    public override Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        if (!_receivers.TryRemove(connection.ConnectionId, out var receiver)) return Task.CompletedTask;
        foreach (var group in receiver.LeaveAll()) Remove(group, receiver);
        return Task.CompletedTask;
    }

    public override Task AddToGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default)
    {
        if (!_receivers.TryGetValue(connectionId, out var receiver)) return Task.CompletedTask;
        while (!_groups.GetOrAdd(groupName, name => new ReceiverGroup(name)).TryAdd(receiver))
        {
            // The last one just left and took the group with it: there is a new one now.
        }

        if (!receiver.Join(groupName)) Remove(groupName, receiver);
        return Task.CompletedTask;
    }

    public override Task RemoveFromGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default)
    {
        if (!_receivers.TryGetValue(connectionId, out var receiver)) return Task.CompletedTask;
        receiver.Leave(groupName);
        Remove(groupName, receiver);
        return Task.CompletedTask;
    }

    public override Task SendGroupAsync(string groupName, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        SendGroupExceptAsync(groupName, methodName, args, [], cancellationToken);

    public override Task SendGroupExceptAsync(
        string groupName, string methodName, object?[] args, IReadOnlyList<string> excludedConnectionIds, CancellationToken cancellationToken = default)
    {
        if (!_groups.TryGetValue(groupName, out var group)) return Task.CompletedTask;
        var message = Serialize(methodName, args);
        foreach (var receiver in group.Receivers)
            if (excludedConnectionIds.Count == 0 || !excludedConnectionIds.Contains(receiver.ConnectionId)) Send(receiver, message);
        return Task.CompletedTask;
    }

    public override async Task SendGroupsAsync(
        IReadOnlyList<string> groupNames, string methodName, object?[] args, CancellationToken cancellationToken = default)
    {
        foreach (var name in groupNames) await SendGroupAsync(name, methodName, args, cancellationToken);
    }

    public override Task SendAllAsync(string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        SendWhere(static (_, _) => true, 0, methodName, args);

    public override Task SendAllExceptAsync(
        string methodName, object?[] args, IReadOnlyList<string> excludedConnectionIds, CancellationToken cancellationToken = default) =>
        SendWhere(static (receiver, excluded) => !excluded.Contains(receiver.ConnectionId), excludedConnectionIds, methodName, args);

    public override Task SendUserAsync(string userId, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        SendWhere(static (receiver, user) => receiver.UserIdentifier == user, userId, methodName, args);

    public override Task SendUsersAsync(IReadOnlyList<string> userIds, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        SendWhere(static (receiver, users) => users.Contains(receiver.UserIdentifier), userIds, methodName, args);

    public override Task SendConnectionAsync(string connectionId, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        SendConnectionsAsync([connectionId], methodName, args, cancellationToken);

    public override Task SendConnectionsAsync(
        IReadOnlyList<string> connectionIds, string methodName, object?[] args, CancellationToken cancellationToken = default)
    {
        var message = Serialize(methodName, args);
        foreach (var id in connectionIds)
            if (_receivers.TryGetValue(id, out var receiver)) Send(receiver, message);
        return Task.CompletedTask;
    }

    private Task SendWhere<TState>(Func<Receiver, TState, bool> isMeant, TState state, string methodName, object?[] args)
    {
        var message = Serialize(methodName, args);
        foreach (var (_, receiver) in _receivers)
            if (isMeant(receiver, state)) Send(receiver, message);
        return Task.CompletedTask;
    }

    private void Send(Receiver receiver, SerializedHubMessage message)
    {
        if (receiver.TrySend(message)) return;
        LogTooSlow(receiver.ConnectionId, Receiver.MostUnsent);
        receiver.Abort();
    }

    private void Remove(string groupName, Receiver receiver)
    {
        if (_groups.TryGetValue(groupName, out var group) && group.Remove(receiver)) _groups.TryRemove(KeyValuePair.Create(groupName, group));
    }

    private static SerializedHubMessage Serialize(string methodName, object?[] args) => new(new InvocationMessage(methodName, args));

    [LoggerMessage(LogLevel.Information, "{Connection} is aborted: it reads too slowly, {Unsent} hub messages wait for it.")]
    private partial void LogTooSlow(string connection, int unsent);
}
