using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Tests.Inspector;

internal static class JournalWaits
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The first connection that asked for a WebSocket and was closed.</summary>
    public static Task<ConnectionRecord> FirstClosed(this Journal journal) => journal.FirstClosed(record => record.AskedForWebSocket);

    /// <summary>The first connection of a kind that was closed.</summary>
    public static Task<ConnectionRecord> FirstClosed(this Journal journal, Func<ConnectionRecord, bool> which) => journal.First(record => record.Close is not null && which(record));

    /// <summary>The first connection of a kind. Waits for it: the watch rings when the journal changes.</summary>
    public static async Task<ConnectionRecord> First(this Journal journal, Func<ConnectionRecord, bool> which)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var watch = journal.Watch();
        while (true)
        {
            if (journal.Connections.FirstOrDefault(which) is { } found) return found;
            await watch.WaitAsync(limit.Token);
            watch.Take();
        }
    }
}
