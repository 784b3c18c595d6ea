using System.Threading.Channels;
using RealtimeHello.Layers;

namespace RealtimeHello.Recording.Journals;

/// <summary>A cursor into the <see cref="LifecycleFeed"/>. For one thread at a time.</summary>
public sealed class LifecycleReader : IDisposable
{
    private readonly LifecycleFeed feed;
    private readonly Channel<bool> bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    internal LifecycleReader(LifecycleFeed feed, long cursor)
    {
        this.feed = feed;
        Cursor = cursor;
    }

    /// <summary>The number of the event to be read next; guarded by the feed.</summary>
    internal long Cursor { get; set; }

    /// <summary>Completes when there is something to read: true; or when the reader was disposed of: false.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default)
    {
        if (!await bell.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false)) return false;
        bell.Reader.TryRead(out _);
        return true;
    }

    /// <summary>Adds what came since the last call to <paramref name="events"/>.</summary>
    /// <returns>How many events were overwritten before this reader came to read them.</returns>
    public long Read(List<LayerEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        return feed.Read(this, events);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        feed.Unsubscribe(this);
        bell.Writer.TryComplete();
    }

    internal void Ring() => bell.Writer.TryWrite(true);
}
