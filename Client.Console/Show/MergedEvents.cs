using RealtimeHello.Client.Layers;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Client.Show;

/// <summary>The events of several connections in the order in which they happened: of each, a few at a time are decoded.</summary>
internal static class MergedEvents
{
    private const int AtOnce = 64;

    public static IEnumerable<(LayerEvent Happened, ConnectionRecord Record)> Of(IEnumerable<ConnectionRecord> connections)
    {
        var next = new PriorityQueue<IEnumerator<(LayerEvent Happened, ConnectionRecord Record)>, long>();
        foreach (var connection in connections) Queue(next, EventsOf(connection).GetEnumerator());
        while (next.TryDequeue(out var events, out _))
        {
            yield return events.Current;
            Queue(next, events);
        }
    }

    private static void Queue(
        PriorityQueue<IEnumerator<(LayerEvent Happened, ConnectionRecord Record)>, long> next, IEnumerator<(LayerEvent Happened, ConnectionRecord Record)> events)
    {
        if (events.MoveNext()) next.Enqueue(events, events.Current.Happened.Sequence.Number);
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
