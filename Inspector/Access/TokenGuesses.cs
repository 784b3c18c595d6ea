using System.Threading.RateLimiting;

namespace RealtimeHello.Inspector.Access;

/// <summary>What became of a token that was given in the form.</summary>
internal enum TokenTry
{
    Right,
    Wrong,

    /// <summary>It was not looked at.</summary>
    TooMany,
}

/// <summary>
/// Bounds how often the operator's token can be guessed in the form: so many wrong ones a minute, of all callers together, since who calls can be anybody. Meanwhile the right
/// one is refused there too. Thread-safe.
/// </summary>
internal sealed class TokenGuesses(InspectorAccess access) : IDisposable
{
    private const int WrongOnes = 10;

    private readonly Lock gate = new();
    private readonly FixedWindowRateLimiter limiter = new(new FixedWindowRateLimiterOptions { PermitLimit = WrongOnes, Window = TimeSpan.FromMinutes(1) });

    public TokenTry Try(string given)
    {
        // One at a time: many at once would all find that one is left.
        lock (gate)
        {
            using var left = limiter.AttemptAcquire(permitCount: 0);
            if (!left.IsAcquired) return TokenTry.TooMany;
            if (access.IsToken(given)) return TokenTry.Right;
            limiter.AttemptAcquire().Dispose();
            return TokenTry.Wrong;
        }
    }

    public void Dispose() => limiter.Dispose();
}
