using RealtimeHello.Client.Terminal;
using RealtimeHello.Layers;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Client.Layers;

/// <summary>Which events a person wants to see, and how they look.</summary>
/// <param name="layers">Only events of these layers.</param>
/// <param name="text">Only events whose rows hold it, without regard to case; null: all.</param>
/// <param name="format">How they look.</param>
internal sealed class ShownEvents(IReadOnlySet<Layer> layers, string? text, LayerFormat format)
{
    /// <summary>The rows of an event; none when it is not to be shown.</summary>
    public IEnumerable<Row> Rows(LayerEvent happened, ConnectionRecord record)
    {
        return layers.Contains(happened.Detail.Layer) ? WithText(format.Lines(happened, record), text) : [];
    }

    /// <summary>An event's rows, when one of them holds a text, without regard to case; null: in any case.</summary>
    public static IEnumerable<Row> WithText(IEnumerable<Row> rows, string? text)
    {
        if (text is null) return rows;
        var whole = rows.ToList();
        return whole.Exists(row => string.Concat(row.Spans.Select(span => span.Text)).Contains(text, StringComparison.OrdinalIgnoreCase)) ? whole : [];
    }
}
