namespace RealtimeHello.Server.Accounts;

/// <summary>
/// Who holds which name. A name is held while one of its user's connections lives, and ten minutes after the last one
/// or after sign-in; then it is free. Thread-safe.
/// </summary>
internal sealed class GuestNames(TimeProvider clock)
{
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan TimeBetweenPurges = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Hold> _holds = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private DateTimeOffset _nextPurge;

    /// <summary>Raised when there is something for <see cref="TakeChanges"/>.</summary>
    public event Action? Changed;

    public bool HasChanges
    {
        get { lock (_lock) return _changed.Count > 0; }
    }

    /// <summary>Takes a name for a user, or renews what the user holds.</summary>
    /// <returns>Null when the user has it; else who stands in the way.</returns>
    public NameHolder? Claim(UserName name, Guid user)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            Purge(now);
            if (FindOther(name, user, now) is { } other) return other;
            Take(name, user).Until = now + Grace;
            Note(name.Key);
        }

        Changed?.Invoke();
        return null;
    }

    /// <summary>Somebody else who holds the name now.</summary>
    public NameHolder? FindOther(UserName name, Guid user)
    {
        lock (_lock) return FindOther(name, user, clock.GetUtcNow());
    }

    /// <summary>Claims the name for one more connection; every success needs one <see cref="Disconnect"/>.</summary>
    public bool Connect(UserName name, Guid user)
    {
        lock (_lock)
        {
            if (FindOther(name, user, clock.GetUtcNow()) is not null) return false;
            if (++Take(name, user).Connections > 1) return true;
            Note(name.Key);
        }

        Changed?.Invoke();
        return true;
    }

    /// <summary>One connection of the user ended.</summary>
    public void Disconnect(UserName name, Guid user)
    {
        lock (_lock)
        {
            if (!_holds.TryGetValue(name.Key, out var hold) || hold.User != user || --hold.Connections > 0) return;
            if (hold.IsReleased) _holds.Remove(name.Key);
            else hold.Until = clock.GetUtcNow() + Grace;
            Note(name.Key);
        }

        Changed?.Invoke();
    }

    /// <summary>The user signed out, and can't come back for the name: it is free at once, or when the last connection has ended.</summary>
    public void Release(UserName name, Guid user)
    {
        lock (_lock)
        {
            if (!_holds.TryGetValue(name.Key, out var hold) || hold.User != user) return;
            hold.IsReleased = true;
            if (hold.Connections > 0) return;
            _holds.Remove(name.Key);
            Note(name.Key);
        }

        Changed?.Invoke();
    }

    /// <summary>Takes up what an earlier process left: whoever was connected then has ten minutes from now.</summary>
    public void Restore(IEnumerable<NameHold> holds)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            foreach (var (key, user, until) in holds)
            {
                _holds[key] = new Hold(user) { Until = until ?? now + Grace };
                Note(key);
            }

            _nextPurge = now;
            Purge(now);
        }

        Changed?.Invoke();
    }

    /// <summary>What changed since the last time: how each name stands now, or null for a name that came free.</summary>
    public IReadOnlyList<(string Key, NameHold? Hold)> TakeChanges()
    {
        lock (_lock)
        {
            var changes = _changed.Select(key => (key, _holds.TryGetValue(key, out var hold) ? hold.ToNameHold(key) : null)).ToArray();
            _changed.Clear();
            return changes;
        }
    }

    /// <summary>Changes that could not be kept: they are taken again the next time.</summary>
    public void ReturnChanges(IEnumerable<string> keys)
    {
        lock (_lock) _changed.UnionWith(keys);
    }

    private NameHolder? FindOther(UserName name, Guid user, DateTimeOffset now) =>
        _holds.TryGetValue(name.Key, out var hold) && hold.User != user && !hold.IsFree(now)
            ? new NameHolder(hold.Connections > 0 ? null : hold.Until)
            : null;

    private Hold Take(UserName name, Guid user) =>
        _holds.TryGetValue(name.Key, out var hold) && hold.User == user ? hold : _holds[name.Key] = new Hold(user);

    private void Note(string key) => _changed.Add(key);

    /// <summary>Names that came free are forgotten, so that memory holds no more of them than are signed in within ten minutes.</summary>
    private void Purge(DateTimeOffset now)
    {
        if (now < _nextPurge) return;
        _nextPurge = now + TimeBetweenPurges;
        foreach (var (key, hold) in _holds)
        {
            if (!hold.IsFree(now)) continue;
            _holds.Remove(key);
            Note(key);
        }
    }

    private sealed class Hold(Guid user)
    {
        public Guid User { get; } = user;

        public int Connections { get; set; }

        public DateTimeOffset Until { get; set; }

        public bool IsReleased { get; set; }

        public bool IsFree(DateTimeOffset now) => Connections == 0 && Until <= now;

        public NameHold ToNameHold(string key) => new(key, User, Connections > 0 ? null : Until);
    }
}

/// <summary>Somebody else who holds a name.</summary>
/// <param name="Until">When it comes free; null while a connection of the holder lives.</param>
internal sealed record NameHolder(DateTimeOffset? Until);

/// <summary>A hold on a name, as it is kept.</summary>
/// <param name="Key">The name in the form it is compared by.</param>
/// <param name="User">The holder.</param>
/// <param name="Until">When it comes free; null while a connection of the holder lives.</param>
internal sealed record NameHold(string Key, Guid User, DateTimeOffset? Until);
