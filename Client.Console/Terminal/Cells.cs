using System.Globalization;
using RealtimeHello.Layers;
using Spectre.Console;

namespace RealtimeHello.Client.Terminal;

/// <summary>Text as a terminal shows it: in cells, by grapheme clusters, made harmless first.</summary>
internal static class Cells
{
    private const string Tab = "    ";

    /// <summary>One line of a stranger's text: nothing in it can move the cursor or colour the screen; tabs become spaces.</summary>
    public static string Safe(string line) => PrintableText.OneLine(line.Replace("\t", Tab, StringComparison.Ordinal), int.MaxValue);

    /// <summary>How many cells a harmless text takes.</summary>
    public static int Width(string text)
    {
        var ascii = true;
        foreach (var c in text) ascii &= c is >= ' ' and <= '~';
        return ascii ? text.Length : text.GetCellWidth();
    }

    /// <summary>The grapheme clusters of a text, in order.</summary>
    public static IEnumerable<string> Clusters(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text, at);
            yield return text.Substring(at, length);
            at += length;
        }
    }

    /// <summary>The beginning of a harmless text that fits, with an ellipsis where something is missing.</summary>
    public static string Truncate(string text, int width)
    {
        if (Width(text) <= width) return text;
        if (width < 1) return "";
        var kept = 0;
        var cells = 0;
        foreach (var cluster in Clusters(text))
        {
            var more = Width(cluster);
            if (cells + more > width - 1) break;
            cells += more;
            kept += cluster.Length;
        }

        return text[..kept] + "…";
    }

    /// <summary>Breaks one harmless line into rows of at most <paramref name="width"/> cells, at spaces where there are any.</summary>
    public static IReadOnlyList<string> Wrap(string line, int width)
    {
        width = Math.Max(width, 2);
        List<string> rows = [];
        var begin = 0;
        var cells = 0;
        var breakAt = -1;
        var cellsAtBreak = 0;
        var at = 0;
        foreach (var cluster in Clusters(line))
        {
            var more = Width(cluster);
            if (cells + more > width && at > begin && cluster == " ")
            {
                // The space that would begin the next row is the break.
                rows.Add(line[begin..at]);
                (begin, cells, breakAt) = (at + 1, 0, -1);
                at++;
                continue;
            }

            // Twice, where what stands behind the break fills a row by itself.
            while (cells + more > width && at > begin)
            {
                var cut = breakAt > begin ? breakAt : at;
                rows.Add(line[begin..cut].TrimEnd(' '));
                cells -= breakAt > begin ? cellsAtBreak : cells;
                (begin, breakAt) = (cut, -1);
            }

            at += cluster.Length;
            cells += more;
            if (cluster == " ") (breakAt, cellsAtBreak) = (at, cells);
        }

        if (begin < line.Length || rows.Count == 0) rows.Add(line[begin..]);
        return rows;
    }
}
