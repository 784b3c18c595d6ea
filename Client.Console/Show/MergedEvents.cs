using RealtimeHello.Client.Layers;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Client.Show;

/// <summary>The events of several connections in the order in which they happened: of each, a few at a time are decoded, from when it began until it ended.</summary>
internal static class MergedEvents
{
    private const int AtOnce = 64;

    public static IEnumerable<(LayerEvent Happened, ConnectionRecord Record)> Of(IEnumerable<ConnectionRecord> connections)
    {
        var begun = new PriorityQueue<IEnumerator<(LayerEvent Happened, ConnectionRecord Record)>, (DateTimeOffset, long)>();
        foreach (var connection in connections.OrderBy(connection => connection.OpenedAt))
        {
            while (begun.TryPeek(out _, out var due) && due.Item1 < connection.OpenedAt) yield return Next(begun);
            Queue(begun, EventsOf(connection).GetEnumerator());
        }

        while (begun.Count > 0) yield return Next(begun);
    }

    private static (LayerEvent Happened, ConnectionRecord Record) Next(PriorityQueue<IEnumerator<(LayerEvent Happened, ConnectionRecord Record)>, (DateTimeOffset, long)> begun)
    {
        var events = begun.Dequeue();
        var next = events.Current;
        Queue(begun, events);
        return next;
    }

    private static void Queue(
        PriorityQueue<IEnumerator<(LayerEvent Happened, ConnectionRecord Record)>, (DateTimeOffset, long)> begun, IEnumerator<(LayerEvent Happened, ConnectionRecord Record)> events)
    {
        if (events.MoveNext()) begun.Enqueue(events, (events.Current.Happened.At, events.Current.Happened.Sequence.Number));
        else events.Dispose();
    }

    private static IEnumerable<(LayerEvent Happened, ConnectionRecord Record)> EventsOf(ConnectionRecord record)
    {
        var reader = new ConnectionReader(record, DecodingDepth.Full);
        var (events, ordered) = (new List<LayerEvent>(), new List<LayerEvent>());
        bool more;
        do
        {
            events.Clear();
            ordered.Clear();
            more = reader.Read(events, AtOnce);
            StackOrder.Arrange(events, ordered);
            foreach (var happened in ordered) yield return (happened, record);
        }
        while (more);
    }
}
