namespace RealtimeHello.Server.Accounts;

/// <summary>
/// Who holds which name. A name is held while one of its user's connections lives, and ten minutes after the last
/// one or after sign-in; then it is free.
/// </summary>
internal sealed class GuestNames(TimeProvider clock)
{
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Hold> _holds = [];

    /// <summary>Takes the name for a user, or renews what the user holds.</summary>
    /// <returns>Null when the user has it; else the hold that stands in the way.</returns>
    public NameHolder? Claim(UserName name, Guid user)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            if (_holds.TryGetValue(name.Key, out var hold) && hold.User != user && !hold.IsFree(now)) return hold.Seen;
            if (hold is null || hold.User != user) _holds[name.Key] = hold = new Hold(user);
            hold.Until = now + Grace;
            return null;
        }
    }

    /// <summary>Claims the name for one more connection; every success needs one <see cref="Disconnect"/>.</summary>
    public bool Connect(UserName name, Guid user)
    {
        lock (_lock)
        {
            if (Claim(name, user) is not null) return false;
            _holds[name.Key].Connections++;
            return true;
        }
    }

    /// <summary>One connection of the user ended.</summary>
    public void Disconnect(UserName name, Guid user)
    {
        lock (_lock)
        {
            if (!_holds.TryGetValue(name.Key, out var hold) || hold.User != user) return;
            hold.Connections--;
            hold.Until = clock.GetUtcNow() + Grace;
        }
    }

    /// <summary>The user signed out: the name is free at once, unless a connection lives.</summary>
    public void Release(UserName name, Guid user)
    {
        lock (_lock)
            if (_holds.TryGetValue(name.Key, out var hold) && hold.User == user && hold.Connections == 0) _holds.Remove(name.Key);
    }

    private sealed class Hold(Guid user)
    {
        public Guid User { get; } = user;

        public int Connections { get; set; }

        public DateTimeOffset Until { get; set; }

        public NameHolder Seen => new(Connections > 0, Until);

        public bool IsFree(DateTimeOffset now) => Connections == 0 && Until <= now;
    }
}

/// <summary>What may be said about somebody else's hold on a name.</summary>
/// <param name="IsConnected">A connection of the holder lives: no end is known.</param>
/// <param name="Until">When the name comes free, if no connection lives.</param>
internal sealed record NameHolder(bool IsConnected, DateTimeOffset Until);
