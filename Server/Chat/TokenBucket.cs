namespace RealtimeHello.Server.Chat;

/// <summary>Lets a burst through at once, and then so many a second. Thread-safe.</summary>
internal sealed class TokenBucket(CallRate rate, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private double _tokens = rate.Burst;
    private long _at = clock.GetTimestamp();

    public bool TryTake()
    {
        if (rate.PerSecond <= 0) return true;
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            _tokens = Math.Min(rate.Burst, _tokens + clock.GetElapsedTime(_at, now).TotalSeconds * rate.PerSecond);
            _at = now;
            if (_tokens < 1) return false;
            _tokens--;
            return true;
        }
    }
}
