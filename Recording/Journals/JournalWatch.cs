using System.Collections.Concurrent;
using System.Threading.Channels;

namespace RealtimeHello.Recording.Journals;

/// <summary>
/// Tells one reader which connections have something new, at any depth. Holds each connection at most once, so it never grows beyond the
/// number of connections. For one reading thread at a time.
/// </summary>
public sealed class JournalWatch : IDisposable
{
    private readonly Journal journal;
    private readonly string? connection;
    private readonly ConcurrentDictionary<ConnectionRecord, bool> changed = new();
    private readonly Channel<bool> bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    internal JournalWatch(Journal journal, string? connection)
    {
        this.journal = journal;
        this.connection = connection;
    }

    /// <summary>Completes when a connection has something new: true; or when the watch was disposed of: false.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default)
    {
        if (!await bell.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false)) return false;
        bell.Reader.TryRead(out _);
        return true;
    }

    /// <summary>The connections that changed since the last call.</summary>
    public IReadOnlyList<ConnectionRecord> Take()
    {
        var records = new List<ConnectionRecord>();
        foreach (var record in changed.Keys)
        {
            if (changed.TryRemove(record, out _)) records.Add(record);
        }

        return records;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        journal.Unwatch(this);
        bell.Writer.TryComplete();
    }

    internal void Mark(ConnectionRecord record)
    {
        if (connection is not null && record.Id != connection) return;
        if (changed.TryAdd(record, true)) bell.Writer.TryWrite(true);
    }
}
