using System.Globalization;
using System.Text;
using Spectre.Console;

namespace RealtimeHello.Client.Terminal;

/// <summary>
/// Lines that scroll up, above a region at the bottom that stays. Each call of <see cref="Draw"/> is one write: the region is erased, what is new is
/// printed, the region is drawn again. While it draws, the terminal's own line wrapping is off and every row is broken here, so that a
/// character that is wider than we think can never tear the region. After a change of size the visible part is printed anew from memory.
/// </summary>
internal sealed class LineScreen(ITerminal terminal, ColorSystem colors)
{
    /// <summary>Printed things that are remembered for a change of size.</summary>
    public const int Remembered = 500;

    private const string Begin = "\e[?2026h\e[?25l\e[?7l";
    private const string End = "\e[?7h\e[?25h\e[?2026l";

    private readonly Queue<RowLayout> _printed = [];
    private readonly List<RowLayout> _fresh = [];
    private LiveRegion? _shown;
    private (int Width, int Height) _size = terminal.Size;

    public int Width => terminal.Size.Width;

    public int Height => terminal.Size.Height;

    /// <summary>Prints with the next <see cref="Draw"/>.</summary>
    public void Print(RowLayout layout) => _fresh.Add(layout);

    /// <summary>Shows what is new, and the region.</summary>
    public void Draw(LiveRegion region)
    {
        var frame = new StringBuilder(Begin);
        if (terminal.Size != _size) Repaint(frame, region.Rows.Count);
        else EraseRegion(frame);

        foreach (var layout in _fresh)
        {
            WriteRows(frame, layout(_size.Width));
            Remember(layout);
        }

        _fresh.Clear();
        for (var i = 0; i < region.Rows.Count; i++)
        {
            if (i > 0) frame.Append("\r\n");
            WriteRow(frame, region.Rows[i]);
        }

        MoveUp(frame, region.Rows.Count - 1 - region.CursorRow);
        frame.Append('\r');
        if (region.CursorColumn > 0) frame.Append(CultureInfo.InvariantCulture, $"\e[{Math.Min(region.CursorColumn, _size.Width - 1)}C");
        _shown = region;
        terminal.Write(frame.Append(End).ToString());
    }

    /// <summary>Forgets what the screen shows, so that the next <see cref="Draw"/> paints it anew.</summary>
    public void Invalidate() => _size = default;

    /// <summary>Takes the region away, for good or until the next <see cref="Draw"/>; what was printed stays.</summary>
    public void Leave()
    {
        var frame = new StringBuilder(Begin);
        EraseRegion(frame);
        foreach (var layout in _fresh) WriteRows(frame, layout(_size.Width));
        _fresh.Clear();
        _shown = null;
        terminal.Write(frame.Append(End).ToString());
    }

    private void Remember(RowLayout layout)
    {
        _printed.Enqueue(layout);
        if (_printed.Count > Remembered) _printed.Dequeue();
    }

    private void EraseRegion(StringBuilder frame)
    {
        frame.Append('\r');
        if (_shown is not null) MoveUp(frame, _shown.CursorRow);
        frame.Append("\e[J");
    }

    /// <summary>Terminals differ in what they do with old rows when the width changes, so nothing on the screen is relied upon.</summary>
    private void Repaint(StringBuilder frame, int regionRows)
    {
        _size = terminal.Size;
        List<IReadOnlyList<Row>> visible = [];
        var free = _size.Height - regionRows;
        foreach (var layout in _printed.Reverse())
        {
            if (free <= 0) break;
            var rows = layout(_size.Width);
            visible.Add([.. rows.TakeLast(free)]);
            free -= rows.Count;
        }

        frame.Append("\e[H\e[J");
        visible.Reverse();
        foreach (var rows in visible) WriteRows(frame, rows);
    }

    private void WriteRows(StringBuilder frame, IReadOnlyList<Row> rows)
    {
        foreach (var row in rows)
        {
            WriteRow(frame, row);
            frame.Append("\r\n");
        }
    }

    private void WriteRow(StringBuilder frame, Row row)
    {
        using var text = new StringWriter(frame, CultureInfo.InvariantCulture);
        var ansi = new AnsiWriter(text, new AnsiCapabilities { Ansi = true, ColorSystem = colors });
        foreach (var span in row.Spans) ansi.Write(span.Text, span.Style);
    }

    private static void MoveUp(StringBuilder frame, int rows)
    {
        if (rows > 0) frame.Append(CultureInfo.InvariantCulture, $"\e[{rows}A");
    }
}
