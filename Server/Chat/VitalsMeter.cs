using System.Runtime.CompilerServices;
using RealtimeHello.Contracts;

namespace RealtimeHello.Server.Chat;

/// <summary>Reads the server's live figures, for any number of watchers.</summary>
internal sealed class VitalsMeter(ChatCounters counters, TimeProvider clock)
{
    /// <summary>Watchers share a reading that is no older than this: asking the system for them is not free.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly long _memoryAtStart = Environment.WorkingSet;
    private Reading? _latest;

    /// <summary>One reading at once, whose rates are zero, and then one each interval.</summary>
    public async IAsyncEnumerable<ServerVitals> Watch(TimeSpan interval, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        var before = Read();
        yield return Compare(before, before);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var now = Read();
            yield return Compare(before, now);
            before = now;
        }
    }

    private Reading Read()
    {
        lock (_lock)
        {
            var timestamp = clock.GetTimestamp();
            if (_latest is { } latest && clock.GetElapsedTime(latest.Timestamp, timestamp) < Freshness) return latest;
            return _latest = new Reading(
                timestamp, clock.GetUtcNow().UtcDateTime, counters.Connections, counters.Messages, counters.Deliveries,
                Environment.WorkingSet, Environment.CpuUsage.TotalTime);
        }
    }

    private ServerVitals Compare(Reading before, Reading now)
    {
        var seconds = clock.GetElapsedTime(before.Timestamp, now.Timestamp).TotalSeconds;
        return new ServerVitals(
            now.At,
            (int)now.Connections,
            Rate(now.Messages - before.Messages),
            Rate(now.Deliveries - before.Deliveries),
            now.Memory,
            now.Connections > 0 ? Math.Max(0, now.Memory - _memoryAtStart) / now.Connections : 0,
            Rate((now.Cpu - before.Cpu).TotalSeconds * 100));

        double Rate(double amount) => seconds > 0 ? Math.Round(amount / seconds, 2) : 0;
    }

    private sealed record Reading(long Timestamp, DateTime At, long Connections, long Messages, long Deliveries, long Memory, TimeSpan Cpu);
}
