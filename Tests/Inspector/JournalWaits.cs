using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Tests.Inspector;

internal static class JournalWaits
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The first connection that asked for a WebSocket and was closed. Waits for the close itself: the watch rings when the journal changes.</summary>
    public static async Task<ConnectionRecord> FirstClosed(this Journal journal)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var watch = journal.Watch();
        while (true)
        {
            if (journal.Connections.FirstOrDefault(record => record.AskedForWebSocket && record.Close is not null) is { } closed) return closed;
            await watch.WaitAsync(limit.Token);
            watch.Take();
        }
    }
}
