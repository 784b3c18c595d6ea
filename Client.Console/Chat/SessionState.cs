namespace RealtimeHello.Client.Chat;

/// <summary>Where a session stands with its server.</summary>
internal abstract record SessionState
{
    private SessionState()
    {
    }

    /// <summary>A link is being opened, and rooms joined.</summary>
    /// <param name="IsAgain">False before the first link.</param>
    public sealed record Connecting(bool IsAgain) : SessionState;

    /// <summary>Posts go through.</summary>
    /// <param name="IsAgain">False for the first link.</param>
    public sealed record Online(bool IsAgain) : SessionState;

    /// <summary>No link until the next attempt.</summary>
    /// <param name="Reason">Why, one sentence.</param>
    /// <param name="RetryAt">When the next attempt begins.</param>
    /// <param name="IsAgain">False before the first link.</param>
    public sealed record Waiting(string Reason, DateTimeOffset RetryAt, bool IsAgain) : SessionState;
}
