namespace RealtimeHello.Recording;

/// <summary>
/// Makes objects some at a time, so that they lie side by side in memory, and hands them out one by one. For what is touched of every connection in turn: where it lies scattered among all that connections consist
/// of, each has a page of memory of its own, and a processor keeps the places of few pages. Thread-safe.
/// </summary>
/// <param name="create">Makes one.</param>
/// <param name="atOnce">How many are made together; at most one less is held without being used.</param>
internal sealed class SideBySide<T>(Func<T> create, int atOnce)
    where T : class
{
    private readonly Stack<T> left = new(atOnce);

    /// <summary>One that nobody else has.</summary>
    public T Take()
    {
        lock (left)
        {
            if (left.Count == 0) Make();
            return left.Pop();
        }
    }

    private void Make()
    {
        var made = new T[atOnce];
        for (var i = 0; i < atOnce; i++) made[i] = create();
        // In the order of their places.
        for (var i = atOnce - 1; i >= 0; i--) left.Push(made[i]);
    }
}
