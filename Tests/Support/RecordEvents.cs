using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Tests.Support;

/// <summary>What is recorded of a connection, decoded as far as it goes.</summary>
internal static class RecordEvents
{
    public static List<LayerEvent> Of(ConnectionRecord record)
    {
        var events = new List<LayerEvent>();
        new ConnectionReader(record, DecodingDepth.Full).Read(events);
        return events;
    }
}
