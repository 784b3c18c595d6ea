namespace RealtimeHello.Client.Chat;

/// <summary>
/// Exponential backoff with full jitter: any time up to a ceiling that doubles, 1 s at first and 30 s at most, but never less than
/// <see cref="Shortest"/>. The page waits by the same rule (wwwroot/chat/backoff.js).
/// </summary>
internal sealed class Backoff(Random random)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250);

    public static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private TimeSpan _ceiling = First;

    public TimeSpan Next()
    {
        var delay = _ceiling * random.NextDouble();
        _ceiling = _ceiling * 2 < Longest ? _ceiling * 2 : Longest;
        return delay > Shortest ? delay : Shortest;
    }

    public void Reset() => _ceiling = First;
}
