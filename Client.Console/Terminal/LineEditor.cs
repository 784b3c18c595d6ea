using System.Globalization;
using System.Text;

namespace RealtimeHello.Client.Terminal;

/// <summary>
/// The text of an input line and the place of its cursor. Moves by grapheme clusters, remembers what was entered, and what was killed last.
/// The text may have several lines; it never holds other control characters than line breaks and tabs.
/// </summary>
internal sealed class LineEditor
{
    /// <summary>Characters that can be written; more than a message holds, so that a paste that is too long is not cut silently.</summary>
    public const int LongestText = 20_000;

    /// <summary>Lines that are remembered.</summary>
    public const int HistoryLength = 200;

    private readonly List<string> _history = [];
    private int _recalled;
    private string _draft = "";
    private string _killed = "";

    public string Text { get; private set; } = "";

    /// <summary>A position in <see cref="Text"/>, in UTF-16 code units, between two clusters.</summary>
    public int Cursor { get; private set; }

    /// <returns>Whether all of it went in: false when the text is full.</returns>
    public bool Insert(string text)
    {
        text = Clean(text);
        var fits = Math.Min(text.Length, LongestText - Text.Length);
        if (fits > 0 && fits < text.Length && char.IsHighSurrogate(text[fits - 1])) fits--;
        Text = Text.Insert(Cursor, text[..fits]);
        Cursor = Snap(Cursor + fits);
        return fits == text.Length;
    }

    /// <summary>Does what a key of editing means; other keys are not for the editor.</summary>
    public void Apply(KeyCode key)
    {
        switch (key)
        {
            case KeyCode.NewLine: Insert("\n"); break;
            case KeyCode.Backspace: Cut(Previous(Cursor), Cursor); break;
            case KeyCode.Delete: Cut(Cursor, Next(Cursor)); break;
            case KeyCode.Left: Cursor = Previous(Cursor); break;
            case KeyCode.Right: Cursor = Next(Cursor); break;
            case KeyCode.WordLeft: Cursor = WordStart(); break;
            case KeyCode.WordRight: Cursor = WordEnd(); break;
            case KeyCode.Home: Cursor = LineStart(); break;
            case KeyCode.End: Cursor = LineEnd(); break;
            case KeyCode.KillToEnd: Kill(Cursor, Cursor == LineEnd() ? Next(Cursor) : LineEnd()); break;
            case KeyCode.KillToStart: Kill(LineStart(), Cursor); break;
            case KeyCode.KillWord: Kill(WordStart(), Cursor); break;
            case KeyCode.KillWordForward: Kill(Cursor, WordEnd()); break;
            case KeyCode.Yank: Insert(_killed); break;
            case KeyCode.Up: Up(); break;
            case KeyCode.Down: Down(); break;
        }
    }

    /// <summary>Takes the text away, and remembers it.</summary>
    public string Enter()
    {
        var entered = Text;
        if (!string.IsNullOrWhiteSpace(entered) && (_history.Count == 0 || _history[^1] != entered)) _history.Add(entered);
        if (_history.Count > HistoryLength) _history.RemoveAt(0);
        Set("");
        _draft = "";
        _recalled = _history.Count;
        return entered;
    }

    /// <summary>Replaces the text; the cursor stands at its end.</summary>
    public void Set(string text)
    {
        Text = Clean(text);
        Cursor = Text.Length;
    }

    private static string Clean(string text)
    {
        text = text.ReplaceLineEndings("\n");
        if (!text.Any(IsUnwanted)) return text;
        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
            if (!IsUnwanted(c)) clean.Append(c);
        return clean.ToString();
    }

    private static bool IsUnwanted(char c) => char.IsControl(c) && c is not ('\n' or '\t');

    private void Up()
    {
        var start = LineStart();
        if (start > 0)
        {
            var above = start < 2 ? 0 : Text.LastIndexOf('\n', start - 2) + 1;
            Cursor = Snap(Math.Min(above + Cursor - start, start - 1));
            return;
        }

        if (_recalled == 0) return;
        if (_recalled == _history.Count) _draft = Text;
        Set(_history[--_recalled]);
    }

    private void Down()
    {
        var end = LineEnd();
        if (end < Text.Length)
        {
            var column = Cursor - LineStart();
            var below = Text.IndexOf('\n', end + 1);
            Cursor = Snap(Math.Min(end + 1 + column, below < 0 ? Text.Length : below));
            return;
        }

        if (_recalled >= _history.Count) return;
        _recalled++;
        Set(_recalled == _history.Count ? _draft : _history[_recalled]);
    }

    private void Kill(int from, int to)
    {
        if (from < to) _killed = Text[from..to];
        Cut(from, to);
    }

    private void Cut(int from, int to)
    {
        Text = Text.Remove(from, to - from);
        Cursor = Snap(from);
    }

    private int LineStart() => Cursor == 0 ? 0 : Text.LastIndexOf('\n', Cursor - 1) + 1;

    private int LineEnd() => Text.IndexOf('\n', Cursor) is >= 0 and var end ? end : Text.Length;

    private int WordStart()
    {
        var at = Cursor;
        while (at > 0 && char.IsWhiteSpace(Text[at - 1])) at--;
        while (at > 0 && !char.IsWhiteSpace(Text[at - 1])) at--;
        // A space can carry a mark: then the word before it begins with it.
        return at < Text.Length && Snap(at) != at ? Previous(Snap(at)) : at;
    }

    private int WordEnd()
    {
        var at = Cursor;
        while (at < Text.Length && char.IsWhiteSpace(Text[at])) at++;
        while (at < Text.Length && !char.IsWhiteSpace(Text[at])) at++;
        return Snap(at);
    }

    private int Next(int from) => from >= Text.Length ? Text.Length : from + StringInfo.GetNextTextElementLength(Text, from);

    private int Previous(int from)
    {
        if (from == 0) return 0;
        // Where clusters begin depends on what stands before; the line's start is a safe place to begin counting.
        var at = from < 2 ? 0 : Text.LastIndexOf('\n', from - 2) + 1;
        var previous = at;
        while (at < from)
        {
            previous = at;
            at += StringInfo.GetNextTextElementLength(Text, at);
        }

        return previous;
    }

    /// <summary>An edit can join clusters: a combining mark inserted after a letter. The cursor then goes behind the whole.</summary>
    private int Snap(int position)
    {
        if (position <= 0 || position >= Text.Length) return Math.Clamp(position, 0, Text.Length);
        var at = Text.LastIndexOf('\n', position - 1) + 1;
        while (at < position) at += StringInfo.GetNextTextElementLength(Text, at);
        return at;
    }
}
