using System.Text;

namespace RealtimeHello.Layers;

/// <summary>A stranger's text, made fit for one line of a log or a terminal.</summary>
public static class PrintableText
{
    /// <summary>
    /// The beginning of <paramref name="text"/>, at most <paramref name="limit"/> characters, on one line: control characters (C0, C1, DEL), line and paragraph separators, lone surrogates,
    /// invisible characters and accents beyond four of a letter (<see cref="InvisibleCharacters"/>) become <c>\uXXXX</c>, so that nothing can move a cursor, colour a screen, forge a line, hide, or cover others.
    /// </summary>
    public static string OneLine(string text, int limit)
    {
        ArgumentNullException.ThrowIfNull(text);
        var safe = text.Length <= limit;
        for (var i = 0; safe && i < text.Length; i++) safe = !MustEscape(text, i);
        if (safe) return text;

        var line = new StringBuilder(Math.Min(text.Length, limit) + 16);
        for (var i = 0; i < text.Length; i++)
        {
            if (i >= limit && !(char.IsLowSurrogate(text[i]) && char.IsHighSurrogate(text[i - 1])))
            {
                line.Append('…');
                break;
            }

            if (MustEscape(text, i)) line.Append("\\u").Append(((int)text[i]).ToString("X4", null));
            else line.Append(text[i]);
        }

        return line.ToString();
    }

    /// <summary>The same with every run of more than three <c>*</c>, as masking leaves them, cut to three.</summary>
    public static string WithShortMasks(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.Contains("****", StringComparison.Ordinal)) return text;
        var shorter = new StringBuilder(text.Length);
        var run = 0;
        foreach (var c in text)
        {
            run = c == '*' ? run + 1 : 0;
            if (run <= 3) shorter.Append(c);
        }

        return shorter.ToString();
    }

    private static bool MustEscape(string text, int at)
    {
        var c = text[at];
        if (c is >= ' ' and <= '~') return false;
        if (char.IsControl(c) || c is '\u2028' or '\u2029') return true;
        if (char.IsLowSurrogate(c) && at > 0 && char.IsHighSurrogate(text[at - 1])) at--;
        return !Rune.TryGetRuneAt(text, at, out var rune) || InvisibleCharacters.MustShow(text, at, rune);
    }
}
