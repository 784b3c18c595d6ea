using RealtimeHello.Server.Storage;

namespace RealtimeHello.Server.Accounts;

/// <summary>
/// Who signed out. A guest has no password: every cookie and token was given for its one sign-in, or for another of its cookies and tokens, and carries
/// its user's id. So it is the user that ends, and with it all of them. Thread-safe.
/// </summary>
internal sealed class SignOuts(SignOutStore store, TimeProvider clock) : IHostedService
{
    /// <summary>No ticket is made for who signed out, so all have expired by then; one that was being renewed meanwhile has a little longer.</summary>
    private static readonly TimeSpan Memory = AccountsSetup.TokenLifetime + TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly HashSet<Guid> _users = [];
    private readonly Queue<SignOut> _oldestFirst = new();

    /// <summary>Raised when a user has signed out.</summary>
    public event Action<Guid>? SignedOut;

    /// <summary>
    /// How many are remembered, in memory and in the store: the oldest makes room for one more. Sign-ins are limited by address, so it takes one
    /// address fourteen hours to drive somebody out.
    /// </summary>
    public int Most { get; init; } = 100_000;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var signOut in await store.Load(cancellationToken)) Remember(signOut);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public bool Has(Guid user)
    {
        lock (_lock) return _users.Contains(user);
    }

    /// <summary>Signs a user out; done only when it is durable, so that a restart revives nobody.</summary>
    /// <exception cref="StoreUnavailableException">The user is still signed in.</exception>
    public async Task Add(Guid user)
    {
        var now = clock.GetUtcNow();
        var signOut = new SignOut(user, now + Memory);
        await store.Save(signOut, forgetUntil: MakeRoom(now));
        Remember(signOut);
        SignedOut?.Invoke(user);
    }

    private void Remember(SignOut signOut)
    {
        lock (_lock)
            if (_users.Add(signOut.User)) _oldestFirst.Enqueue(signOut);
    }

    /// <returns>Up to when sign-outs were to be remembered that are forgotten now.</returns>
    private DateTimeOffset MakeRoom(DateTimeOffset now)
    {
        var until = now;
        lock (_lock)
        {
            while (_oldestFirst.TryPeek(out var oldest) && (oldest.Until <= now || _oldestFirst.Count >= Most))
            {
                _users.Remove(_oldestFirst.Dequeue().User);
                if (oldest.Until > until) until = oldest.Until;
            }
        }

        return until;
    }
}

/// <summary>A user who signed out.</summary>
/// <param name="User">Who.</param>
/// <param name="Until">How long that has to be remembered.</param>
internal sealed record SignOut(Guid User, DateTimeOffset Until);
