using System.Text.Json;
using System.Text.Json.Serialization;
using RealtimeHello.Layers;

namespace RealtimeHello.Recording.Exports;

/// <summary>
/// An event as JSON, the same in the inspector's endpoints, its feed and NDJSON:
/// <c>{ sequence, connection, at, layer, direction, kind, summary, tap, bytes: { start, end }, detail }</c>. Times are UTC, ISO 8601.
/// </summary>
public static class EventJson
{
    /// <summary>How details are written: camelCase, enumerations as names.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals | JsonNumberHandling.AllowReadingFromString,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Writes one event as an object.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="happened">The event.</param>
    /// <param name="more">Writes further properties at the end, if anything.</param>
    public static void Write(Utf8JsonWriter writer, LayerEvent happened, Action<Utf8JsonWriter>? more = null)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(happened);
        writer.WriteStartObject();
        writer.WriteString("sequence"u8, happened.Sequence.ToString());
        writer.WriteString("connection"u8, happened.Connection);
        writer.WriteString("at"u8, happened.At.UtcDateTime);
        writer.WriteString("layer"u8, LayerNames.Of(happened.Detail.Layer));
        writer.WriteString("direction"u8, NameOf(happened.Direction));
        writer.WriteString("kind"u8, happened.Detail.Kind);
        writer.WriteString("summary"u8, happened.Detail.Summary);
        writer.WriteString("tap"u8, happened.Tap is { } tap ? NameOf(tap) : null);
        writer.WritePropertyName("bytes"u8);
        if (happened.Bytes is { } range)
        {
            writer.WriteStartObject();
            writer.WriteNumber("start"u8, range.Start);
            writer.WriteNumber("end"u8, range.End);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNullValue();
        }

        writer.WritePropertyName("detail"u8);
        JsonSerializer.Serialize(writer, happened.Detail, happened.Detail.GetType(), Options);
        more?.Invoke(writer);
        writer.WriteEndObject();
    }

    private static string NameOf(Direction direction) => direction switch
    {
        Direction.Received => "received",
        Direction.Sent => "sent",
        _ => "local",
    };

    private static string NameOf(TapPoint tap) => tap == TapPoint.Wire ? "wire" : "plain";
}
