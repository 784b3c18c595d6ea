using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace RealtimeHello.Server.Chat.FanOut;

/// <summary>One connection as a receiver, with what could not be written to it yet.</summary>
internal sealed class Receiver(HubConnectionContext connection)
{
    /// <summary>Hub messages that may wait for one connection, beyond what its pipe and its socket hold.</summary>
    public const int MostUnsent = 1_000;

    private readonly Lock _lock = new();
    private HashSet<string>? _groups = [];
    private int _unsent;
    private int _isAborted;

    public string ConnectionId => connection.ConnectionId;

    public string? UserIdentifier => connection.UserIdentifier;

    /// <summary>Writes a message, or queues it behind those that wait already.</summary>
    /// <returns>False the one time that too much is waiting.</returns>
    public bool TrySend(SerializedHubMessage message)
    {
        if (Volatile.Read(ref _isAborted) == 1) return true;
        if (Volatile.Read(ref _unsent) >= MostUnsent) return Interlocked.Exchange(ref _isAborted, 1) == 1;

        var write = connection.WriteAsync(message);
        if (write.IsCompletedSuccessfully) write.GetAwaiter().GetResult();
        else _ = CountUntilSent(write);
        return true;
    }

    public void Abort() => connection.Abort();

    /// <returns>False when the connection has ended meanwhile.</returns>
    public bool Join(string group)
    {
        lock (_lock)
        {
            _groups?.Add(group);
            return _groups is not null;
        }
    }

    public void Leave(string group)
    {
        lock (_lock) _groups?.Remove(group);
    }

    /// <summary>The connection ended: it joins nothing any more.</summary>
    /// <returns>What it was in.</returns>
    public IReadOnlyCollection<string> LeaveAll()
    {
        lock (_lock)
        {
            var groups = _groups;
            _groups = null;
            return groups ?? [];
        }
    }

    private async Task CountUntilSent(ValueTask write)
    {
        Interlocked.Increment(ref _unsent);
        try
        {
            await write;
        }
        finally
        {
            Interlocked.Decrement(ref _unsent);
        }
    }
}
