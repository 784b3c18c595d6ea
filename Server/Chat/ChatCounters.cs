namespace RealtimeHello.Server.Chat;

/// <summary>What the chat has done since the server started.</summary>
internal sealed class ChatCounters
{
    private long _connections;
    private long _messages;
    private long _deliveries;

    /// <summary>Open hub connections.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>Messages stored.</summary>
    public long Messages => Interlocked.Read(ref _messages);

    /// <summary>Messages handed to connections.</summary>
    public long Deliveries => Interlocked.Read(ref _deliveries);

    public void Connected() => Interlocked.Increment(ref _connections);

    public void Disconnected() => Interlocked.Decrement(ref _connections);

    public void Stored() => Interlocked.Increment(ref _messages);

    public void Delivered(int connections) => Interlocked.Add(ref _deliveries, connections);
}
