using RealtimeHello.Contracts;

namespace RealtimeHello.Server.Chat;

/// <summary>
/// Tells everyone how the lines of the room list change: the first change at once, what follows gathered once a second.
/// So a room is told at most once a second, and everyone at most <see cref="MostAtOnce"/> rooms a second.
/// </summary>
/// <param name="summarize">Reads a room's line; null when it can't be read now, and is asked for again.</param>
/// <param name="tell">Tells everyone.</param>
/// <param name="clock">The clock.</param>
internal sealed class RoomNews(Func<string, Task<RoomSummary?>> summarize, Action<RoomSummary> tell, TimeProvider clock) : IDisposable
{
    /// <summary>Rooms told a second; more wait for the next one.</summary>
    public const int MostAtOnce = 200;

    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private ITimer? _timer;
    private bool _isPausing;
    private bool _isDisposed;

    /// <summary>A room's line is no longer what was told.</summary>
    public void Changed(string room)
    {
        lock (_lock)
        {
            _changed.Add(room);
            if (_isPausing || _isDisposed) return;
            _isPausing = true;
        }

        // Elsewhere: rooms call this under their locks, and the store on its writer's thread.
        ThreadPool.UnsafeQueueUserWorkItem(static news => _ = news.Tell(), this, preferLocal: false);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _timer?.Dispose();
        }
    }

    private async Task Tell()
    {
        string[] rooms;
        lock (_lock)
        {
            if (_changed.Count == 0)
            {
                _isPausing = false;
                return;
            }

            rooms = [.. _changed.Take(MostAtOnce)];
            _changed.ExceptWith(rooms);
        }

        try
        {
            foreach (var room in rooms)
            {
                if (await summarize(room) is { } summary) tell(summary);
                else lock (_lock) _changed.Add(room);
            }
        }
        finally
        {
            lock (_lock)
            {
                if (!_isDisposed)
                {
                    _timer ??= clock.CreateTimer(_ => _ = Tell(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                    _timer.Change(Pause, Timeout.InfiniteTimeSpan);
                }
            }
        }
    }
}
