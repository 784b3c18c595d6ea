using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using RealtimeHello.Layers;
using RealtimeHello.Recording.Exports;

namespace RealtimeHello.Inspector.Endpoints;

/// <summary>An answer of events: <c>{ items, ... }</c>.</summary>
internal static class EventPage
{
    /// <param name="items">The events.</param>
    /// <param name="more">Writes what stands beside the items.</param>
    /// <param name="moreOf">Writes what stands in an item behind the event's own properties.</param>
    public static IResult Of(IEnumerable<LayerEvent> items, Action<Utf8JsonWriter> more, Action<Utf8JsonWriter, LayerEvent>? moreOf = null)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("items"u8);
            foreach (var happened in items) EventJson.Write(writer, happened, moreOf is null ? null : inner => moreOf(inner, happened));
            writer.WriteEndArray();
            more(writer);
            writer.WriteEndObject();
        }

        return Results.Bytes(json.WrittenMemory.ToArray(), "application/json; charset=utf-8");
    }
}
