namespace RealtimeHello.Server.Chat.FanOut;

/// <summary>The receivers of one group: changed by copying, because it is read far more often than it changes.</summary>
internal sealed class ReceiverGroup(string name)
{
    private readonly Lock _lock = new();
    private volatile Receiver[] _receivers = [];
    private bool _isGone;

    public string Name => name;

    /// <summary>A snapshot that nobody changes.</summary>
    public ReadOnlySpan<Receiver> Receivers => _receivers;

    /// <returns>False when the group has become empty and is being forgotten.</returns>
    public bool TryAdd(Receiver receiver)
    {
        lock (_lock)
        {
            if (_isGone) return false;
            if (!_receivers.Contains(receiver)) _receivers = [.. _receivers, receiver];
            return true;
        }
    }

    /// <returns>True when nobody is left: the group takes nobody in any more.</returns>
    public bool Remove(Receiver receiver)
    {
        lock (_lock)
        {
            if (Array.IndexOf(_receivers, receiver) is var index and >= 0)
                _receivers = [.. _receivers.AsSpan(0, index), .. _receivers.AsSpan(index + 1)];
            return _isGone = _receivers.Length == 0;
        }
    }
}
