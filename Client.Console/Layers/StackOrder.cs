using RealtimeHello.Layers;
using RealtimeHello.Layers.WebSockets;

namespace RealtimeHello.Client.Layers;

/// <summary>
/// The order in which a line's way through the layers is told: what is sent goes down (message, frame), what is received comes up
/// (frame, message). The events of a chunk come in the order of their bytes, where a message and its frame begin at the same one.
/// </summary>
internal static class StackOrder
{
    /// <summary>Adds the events to <paramref name="ordered"/>; those of a sent frame and of what it carries are turned around.</summary>
    public static void Arrange(List<LayerEvent> events, List<LayerEvent> ordered)
    {
        for (var from = 0; from < events.Count;)
        {
            var to = EndOfFrame(events, from);
            var carried = events.GetRange(from, to - from);
            ordered.AddRange(carried.Count > 1 ? carried.OrderByDescending(Height) : carried);
            from = to;
        }
    }

    /// <summary>Where the events end that lie within the bytes of the first, when that is a frame that was sent.</summary>
    private static int EndOfFrame(List<LayerEvent> events, int from)
    {
        var to = from + 1;
        if (events[from] is not { Detail: WebSocketFrame, Direction: Direction.Sent, Bytes: { } frame } first) return to;
        while (to < events.Count && events[to] is { Direction: Direction.Sent, Bytes: { } bytes } next && next.Tap == first.Tap && frame.Contains(bytes)
            && next.Sequence.Number == first.Sequence.Number) to++;
        return to;
    }

    private static int Height(LayerEvent happened) => ((int)happened.Detail.Layer * 2) + (happened.Detail is WebSocketMessage ? 1 : 0);
}
