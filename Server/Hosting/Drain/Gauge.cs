namespace RealtimeHello.Server.Hosting.Drain;

/// <summary>Counts what is going on, and tells when nothing is. Thread-safe.</summary>
internal sealed class Gauge
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _zero;
    private int _count;

    public void Enter()
    {
        lock (_lock) _count++;
    }

    public void Leave()
    {
        lock (_lock)
            if (--_count == 0) _zero?.TrySetResult();
    }

    /// <summary>Done as soon as the count has been zero.</summary>
    public Task WhenZero()
    {
        lock (_lock)
        {
            if (_count == 0) return Task.CompletedTask;
            // Continuations run elsewhere: whoever leaves last has other things to do.
            _zero ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _zero.Task;
        }
    }
}
