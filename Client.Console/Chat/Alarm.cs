using System.Threading.Channels;

namespace RealtimeHello.Client.Chat;

/// <summary>Wakes one waiting loop, by a call from anywhere or at a time; calls while it is awake count once.</summary>
internal sealed class Alarm : IDisposable
{
    private readonly Channel<bool> _rung = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;

    public Alarm(TimeProvider clock)
    {
        _clock = clock;
        _timer = clock.CreateTimer(_ => Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Ring() => _rung.Writer.TryWrite(true);

    /// <param name="until">When to wake though nobody rang; null: never.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task Wait(DateTimeOffset? until, CancellationToken cancellationToken)
    {
        var delay = until is { } at ? at - _clock.GetUtcNow() : Timeout.InfiniteTimeSpan;
        if (until is not null && delay <= TimeSpan.Zero) return;
        // A timer that fires a little early would only turn the loop once more; one that is set a little late costs nothing.
        _timer.Change(until is null ? delay : delay + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        await _rung.Reader.ReadAsync(cancellationToken);
    }

    public void Dispose() => _timer.Dispose();
}
