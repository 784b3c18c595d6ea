using System.Globalization;
using RealtimeHello.Client.Terminal;
using RealtimeHello.Contracts;
using Spectre.Console;

namespace RealtimeHello.Client.Chat.Interactive;

/// <summary>
/// How things look in the scrolling part. Wide terminals have a column for times and names, narrow ones begin each message with them. Every text goes
/// through <see cref="Cells.Safe"/>, and none through Spectre's markup.
/// </summary>
internal sealed class MessageLayouts(string me, TimeZoneInfo zone)
{
    /// <summary>Cells of the column for names, on the right side of which they end.</summary>
    private const int NameColumn = 12;

    private const int TimeColumn = 6;

    /// <summary>From this width on there are columns.</summary>
    private const int Wide = 60;

    /// <summary>Below this width there are no times.</summary>
    private const int Tiny = 32;

    private static readonly Style Faint = new(decoration: Decoration.Dim);
    private static readonly Style Bold = new(decoration: Decoration.Bold);
    private static readonly Style Red = new(Color.FromInt32(167), decoration: Decoration.Bold);

    public RowLayout Message(ChatMessage message, bool isElsewhere)
    {
        var author = Cells.Safe(message.Author);
        var style = message.Author == me ? Bold : new Style(AuthorPalette.Of(message.Author), decoration: Decoration.Bold);
        var place = isElsewhere ? $"#{Cells.Safe(message.Room)} " : "";
        var lines = message.Text.Split('\n');
        return width => Entry(width, Time(message.PostedAt), new Span(author, style), place, lines, Style.Plain);
    }

    public RowLayout Event(DateTimeOffset at, string text) => width => Entry(width, Time(at.UtcDateTime), new Span("·", Faint), "", [text], Faint);

    public static RowLayout Trouble(string text) => width => Entry(width, "", new Span("!", Red), "", [text], Style.Plain);

    public static RowLayout Failure(string text, string why) => width => Entry(width, "", new Span("not posted", Red), "", [.. text.Split('\n'), $"({why})"], Faint);

    public static RowLayout Answer(string text) => width =>
    {
        var indent = width < Wide ? 0 : 2;
        return [.. Cells.Wrap(Cells.Safe(text), width - (2 * indent)).Select((row, at) => new Row(new string(' ', at == 0 ? indent : 2 * indent) + row))];
    };

    /// <summary>A line across, with a text near its beginning.</summary>
    public static RowLayout Heading(string text) => width => [Rule(width, [new Span(Cells.Safe(text), Bold)], null)];

    /// <summary>A post that has no answer yet, in one row.</summary>
    public static Row Pending(string text, int width)
    {
        var label = width < Wide ? "sending " : "sending".PadLeft(TimeColumn + NameColumn) + "  ";
        var line = Cells.Safe(text.ReplaceLineEndings(" "));
        return new Row(new Span(label, Faint), new Span(Cells.Truncate(line, width - label.Length), Faint));
    }

    /// <summary>A line across with parts near its beginning and, where there is space, one at its end.</summary>
    public static Row Rule(int width, IReadOnlyList<Span> parts, Span? end)
    {
        List<Span> row = [new("─", Faint)];
        var cells = 1;
        foreach (var part in parts)
        {
            if (cells + 4 > width) break;
            var shown = Cells.Truncate(part.Text, width - cells - 2);
            row.AddRange([new(" "), new(shown, part.Style), new(" ")]);
            cells += Cells.Width(shown) + 2;
            if (cells < width && !part.Equals(parts[^1]))
            {
                row.Add(new("─", Faint));
                cells++;
            }
        }

        var tail = end is { } last && cells + Cells.Width(last.Text) + 4 <= width ? last : (Span?)null;
        var fill = width - cells - (tail is { } one ? Cells.Width(one.Text) + 3 : 0);
        if (fill > 0) row.Add(new(new string('─', fill), Faint));
        if (tail is { } text) row.AddRange([new(" "), text, new(" "), new("─", Faint)]);
        return new Row([.. row]);
    }

    public DateTime Local(DateTime utc) => TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(utc, DateTimeKind.Utc), zone);

    private string Time(DateTime utc) => Local(utc).ToString("HH:mm", CultureInfo.InvariantCulture);

    private static List<Row> Entry(int width, string time, Span who, string place, IReadOnlyList<string> lines, Style style)
    {
        var lead = width < Wide ? NarrowLead(width, time, who) : WideLead(time, who);
        var indent = width < Wide ? 2 : TimeColumn + NameColumn + 2;
        var leadWidth = lead.Sum(span => Cells.Width(span.Text));
        List<Row> rows = [];
        foreach (var line in lines)
        {
            var prefix = rows.Count == 0 ? place : "";
            var first = rows.Count == 0 ? Math.Max(leadWidth - indent, 0) : 0;
            // The first row may begin further right than the others: spaces hold its place while the line is broken.
            foreach (var row in Cells.Wrap(new string('\u00a0', first) + prefix + Cells.Safe(line), width - indent))
            {
                rows.Add(rows.Count == 0
                    ? new Row([.. lead, .. Placed(row[Math.Min(first, row.Length)..], prefix, style)])
                    : new Row(new Span(new string(' ', indent)), new Span(row, style)));
            }
        }

        return rows;
    }

    private static Span[] Placed(string row, string prefix, Style style) =>
        prefix.Length > 0 && row.StartsWith(prefix, StringComparison.Ordinal) ? [new(prefix, Faint), new(row[prefix.Length..], style)] : [new(row, style)];

    private static Span[] WideLead(string time, Span who)
    {
        var padding = Math.Max(0, NameColumn - Cells.Width(who.Text));
        return [new(time.PadRight(TimeColumn), Faint), new(new string(' ', padding)), who, new("  ")];
    }

    private static Span[] NarrowLead(int width, string time, Span who) =>
        width < Tiny || time.Length == 0 ? [who, new(": ", Faint)] : [new(time + " ", Faint), who, new(": ", Faint)];
}
