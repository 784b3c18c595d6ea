using RealtimeHello.Client.Terminal;

namespace RealtimeHello.Client.Layers;

/// <summary>Fits a line of a layer to a screen: what it says is broken at spaces, and goes on below its beginning.</summary>
internal static class LayerLayout
{
    /// <summary>Columns that take more than this share of the width stand in a row of their own.</summary>
    private const double MostLead = 0.6;

    /// <summary>From this width on there are columns below an event too.</summary>
    private const int Wide = 80;

    public static RowLayout Of(Row line) => width =>
    {
        var lead = line.Spans[..^1];
        var text = line.Spans[^1];
        var leadWidth = lead.Sum(span => Cells.Width(span.Text));
        if (leadWidth + Cells.Width(text.Text) <= width) return [line];
        if (width < Wide && lead.Length > 0 && string.IsNullOrWhiteSpace(lead[0].Text))
        {
            // What an event consists of: the columns are given up, so that a field stays on one row.
            return [.. Cells.Wrap(string.Join(' ', text.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries)), width - 4)
                .Select(row => new Row(new Span("  "), new Span("| ", lead[^1].Style), new Span(row, text.Style)))];
        }

        List<Row> rows = [];
        var indent = leadWidth;
        if (leadWidth > width * MostLead)
        {
            // Too narrow for columns: the time is left out first, where there is more than one.
            rows.Add(new Row(new Span(Cells.Truncate(string.Concat(lead.Skip(lead.Length > 1 ? 1 : 0).Select(span => span.Text.TrimEnd() + " ")), width), lead.Length > 1 ? lead[1].Style : text.Style)));
            indent = Math.Min(2, width / 4);
        }

        var beginning = rows.Count == 0 ? lead : [new Span(new string(' ', indent))];
        foreach (var row in Cells.Wrap(text.Text, width - indent))
        {
            rows.Add(new Row([.. beginning, new Span(row, text.Style)]));
            beginning = [new Span(new string(' ', indent))];
        }

        return rows;
    };
}
