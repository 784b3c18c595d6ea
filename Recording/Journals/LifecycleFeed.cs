using System.Threading.Channels;
using RealtimeHello.Layers;

namespace RealtimeHello.Recording.Journals;

/// <summary>
/// The lifecycle events of all connections, as they come: a ring of bounded length that every reader reads at its own pace. The writer never waits;
/// a reader that is too slow is told how many it missed.
/// </summary>
public sealed class LifecycleFeed
{
    private readonly LayerEvent?[] ring;
    private readonly Lock gate = new();
    private Channel<bool>[] bells = [];
    private long end;

    internal LifecycleFeed(int capacity) => ring = new LayerEvent?[capacity];

    /// <summary>A reader that begins with what comes from now on. Dispose it to let go.</summary>
    public LifecycleReader Subscribe()
    {
        var bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        lock (gate)
        {
            bells = [.. bells, bell];
            return new LifecycleReader(this, bell, end);
        }
    }

    internal void Append(LayerEvent happened)
    {
        Channel<bool>[] ringing;
        lock (gate)
        {
            ring[end % ring.Length] = happened;
            end++;
            ringing = bells;
        }

        foreach (var bell in ringing) bell.Writer.TryWrite(true);
    }

    internal long Read(ref long cursor, List<LayerEvent> events)
    {
        lock (gate)
        {
            var missed = Math.Max(0, end - ring.Length - cursor);
            for (cursor += missed; cursor < end; cursor++) events.Add(ring[cursor % ring.Length]!);
            return missed;
        }
    }

    internal void Unsubscribe(Channel<bool> bell)
    {
        lock (gate) bells = [.. bells.Where(other => other != bell)];
        bell.Writer.TryComplete();
    }
}
