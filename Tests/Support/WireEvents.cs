using RealtimeHello.Layers;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Tests.Support;

/// <summary>What of a recording stands on the wire, one line an event, so that two recordings of one connection can be compared: facts of the process, and the kernel's, are left out.</summary>
internal static class WireEvents
{
    public static IEnumerable<string> Of(ConnectionRecord record) =>
        RecordEvents.Of(record).Where(happened => happened.Detail.Layer is Layer.Http or Layer.WebSocket or Layer.SignalR && happened.Bytes is not null)
            .OrderBy(happened => happened.Direction).ThenBy(happened => happened.Bytes!.Value.Start).ThenBy(happened => happened.Detail.Layer).ThenBy(happened => happened.Detail.Kind, StringComparer.Ordinal)
            .Select(happened => $"{happened.Detail.Layer} {happened.Direction} {happened.Detail.Kind} {happened.Bytes!.Value.Start}-{happened.Bytes.Value.End} {happened.Detail.Summary}");
}
