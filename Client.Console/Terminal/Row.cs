using Spectre.Console;

namespace RealtimeHello.Client.Terminal;

/// <summary>Harmless text in one style.</summary>
internal readonly record struct Span(string Text, Style Style)
{
    public Span(string text) : this(text, Style.Plain)
    {
    }
}

/// <summary>One row of a screen, no wider than it.</summary>
internal readonly record struct Row(params Span[] Spans)
{
    public Row(string text) : this(new Span(text))
    {
    }
}

/// <summary>Something that was printed, and can be printed again for another width.</summary>
/// <param name="width">Cells of the terminal.</param>
internal delegate IReadOnlyList<Row> RowLayout(int width);

/// <summary>The part at the bottom that is drawn again and again.</summary>
/// <param name="Rows">At least one.</param>
/// <param name="CursorRow">0 for the first of the rows.</param>
/// <param name="CursorColumn">0 for the first cell.</param>
internal sealed record LiveRegion(IReadOnlyList<Row> Rows, int CursorRow, int CursorColumn);
