namespace RealtimeHello.Client.Terminal;

/// <summary>An input line broken into rows, and where the cursor stands in them.</summary>
/// <param name="Rows">Harmless text, each at most as wide as asked.</param>
/// <param name="CursorRow">0 for the first row.</param>
/// <param name="CursorColumn">0 for the first cell.</param>
internal sealed record InputLayout(IReadOnlyList<string> Rows, int CursorRow, int CursorColumn)
{
    /// <summary>Lays out a text after a prompt; the rows after the first are indented like it where there is space.</summary>
    /// <param name="promptWidth">Cells of the prompt, which is not part of the rows.</param>
    /// <param name="text">What was typed.</param>
    /// <param name="cursor">A position in <paramref name="text"/>.</param>
    /// <param name="width">Cells of the terminal.</param>
    /// <param name="mostRows">Rows around the cursor that are kept, at least 1.</param>
    public static InputLayout Of(int promptWidth, string text, int cursor, int width, int mostRows)
    {
        // One cell stays free, so that the cursor has its place behind a full row.
        var columns = Math.Max(width - promptWidth - 1, 2);
        List<string> rows = [];
        var row = "";
        var cells = 0;
        var at = 0;
        var (cursorRow, cursorColumn) = (0, 0);
        foreach (var cluster in Cells.Clusters(text))
        {
            var isBreak = cluster is "\n" or "\r\n";
            var shown = isBreak ? "" : Cells.Safe(cluster);
            var more = Cells.Width(shown);
            if (!isBreak && cells + more > columns) Break();
            if (at == cursor) (cursorRow, cursorColumn) = (rows.Count, cells);
            row += shown;
            cells += more;
            at += cluster.Length;
            if (isBreak) Break();
        }

        if (cursor >= text.Length) (cursorRow, cursorColumn) = (rows.Count, cells);
        rows.Add(row);

        var first = Math.Clamp(cursorRow - mostRows + 1, 0, Math.Max(0, rows.Count - mostRows));
        return new InputLayout([.. rows.Skip(first).Take(mostRows)], cursorRow - first, promptWidth + cursorColumn);

        void Break()
        {
            rows.Add(row);
            (row, cells) = ("", 0);
        }
    }
}
