namespace RealtimeHello.Inspector.Endpoints;

/// <summary>
/// How many live feeds there are, by who reads them: each decodes what it tells, so many of them cost everybody. A browser's tabs share one. Some places are the operators' alone:
/// whoever may sign in as many guests could keep them from looking otherwise. Thread-safe.
/// </summary>
internal sealed class FeedPlaces(InspectorOptions options)
{
    /// <summary>Places that no user takes; of few, half.</summary>
    private const int Reserved = 5;

    private const string Operators = "operator";

    private readonly Lock gate = new();
    private readonly Dictionary<string, int> taken = new(StringComparer.Ordinal);
    private int all;

    /// <summary>A place for one more feed of that user, given back when it is disposed of; null: there is none.</summary>
    public IDisposable? TryTakeUsers(string? user) => TryTake($"user {user}");

    /// <summary>A place for one more feed of an operator.</summary>
    public IDisposable? TryTakeOperators() => TryTake(Operators);

    private Place? TryTake(string reader)
    {
        lock (gate)
        {
            var his = taken.GetValueOrDefault(reader);
            if (all >= options.MostFeeds || his >= options.MostFeedsOfOne) return null;
            var users = all - taken.GetValueOrDefault(Operators);
            if (reader != Operators && users >= options.MostFeeds - Math.Min(Reserved, options.MostFeeds / 2)) return null;
            taken[reader] = his + 1;
            all++;
            return new Place(this, reader);
        }
    }

    private void GiveBack(string reader)
    {
        lock (gate)
        {
            all--;
            if (--taken[reader] == 0) taken.Remove(reader);
        }
    }

    private sealed class Place(FeedPlaces places, string reader) : IDisposable
    {
        private int isGone;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isGone, 1) == 0) places.GiveBack(reader);
        }
    }
}
