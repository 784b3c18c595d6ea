using System.Globalization;
using CsCheck;
using RealtimeHello.Client.Terminal;

namespace RealtimeHello.Tests.Client.Terminal;

public sealed class LineEditorTests
{
    /// <summary>The bar stands where the cursor does.</summary>
    [Theory]
    [InlineData("ab|cd", nameof(KeyCode.Left), "a|bcd")]
    [InlineData("|ab", nameof(KeyCode.Left), "|ab")]
    [InlineData("ab|", nameof(KeyCode.Right), "ab|")]
    [InlineData("a👩‍💻|b", nameof(KeyCode.Left), "a|👩‍💻b")]
    [InlineData("a|👩‍💻b", nameof(KeyCode.Right), "a👩‍💻|b")]
    [InlineData("ae\u0301|x", nameof(KeyCode.Backspace), "a|x")]
    [InlineData("a|🇩🇪🇫🇷", nameof(KeyCode.Delete), "a|🇫🇷")]
    [InlineData("one two|", nameof(KeyCode.WordLeft), "one |two")]
    [InlineData("one | two", nameof(KeyCode.WordRight), "one  two|")]
    [InlineData("one two |three", nameof(KeyCode.KillWord), "one |three")]
    [InlineData("one| two three", nameof(KeyCode.KillWordForward), "one| three")]
    [InlineData("a\nb|c\nd", nameof(KeyCode.Home), "a\n|bc\nd")]
    [InlineData("a\nb|c\nd", nameof(KeyCode.End), "a\nbc|\nd")]
    [InlineData("a\nb|c\nd", nameof(KeyCode.KillToEnd), "a\nb|\nd")]
    [InlineData("a\nbc|\nd", nameof(KeyCode.KillToEnd), "a\nbc|d")]
    [InlineData("a\nb|c\nd", nameof(KeyCode.KillToStart), "a\n|c\nd")]
    [InlineData("abc\nde|f", nameof(KeyCode.Up), "ab|c\ndef")]
    [InlineData("a\nbcd|", nameof(KeyCode.Up), "a|\nbcd")]
    [InlineData("ab|c\nd", nameof(KeyCode.Down), "abc\nd|")]
    [InlineData("abc|\n\nd", nameof(KeyCode.Down), "abc\n|\nd")]
    [InlineData("a\n|\nb", nameof(KeyCode.Up), "|a\n\nb")]
    [InlineData("a|b", nameof(KeyCode.NewLine), "a\n|b")]
    public void A_key_edits(string before, string key, string after)
    {
        var editor = At(before);
        editor.Apply(Enum.Parse<KeyCode>(key));
        Shown(editor).Should().Be(after);
    }

    [Fact]
    public void What_was_killed_last_comes_back()
    {
        var editor = At("one two| three");
        editor.Apply(KeyCode.KillWord);
        editor.Apply(KeyCode.End);
        editor.Apply(KeyCode.Yank);
        Shown(editor).Should().Be("one  threetwo|");
    }

    [Fact]
    public void What_was_entered_is_recalled_and_the_draft_is_kept()
    {
        var editor = new LineEditor();
        foreach (var line in new[] { "one", "two", "two", "  " })
        {
            editor.Insert(line);
            editor.Enter().Should().Be(line);
        }

        editor.Insert("draft");
        var seen = new List<string>();
        foreach (var key in new[] { KeyCode.Up, KeyCode.Up, KeyCode.Up, KeyCode.Down, KeyCode.Down, KeyCode.Down })
        {
            editor.Apply(key);
            seen.Add(editor.Text);
        }

        seen.Should().Equal("two", "one", "one", "two", "draft", "draft");
    }

    [Fact]
    public void The_history_is_bounded()
    {
        var editor = new LineEditor();
        for (var i = 0; i < LineEditor.HistoryLength + 50; i++)
        {
            editor.Insert($"{i}");
            editor.Enter();
        }

        for (var i = 0; i < LineEditor.HistoryLength + 50; i++) editor.Apply(KeyCode.Up);
        editor.Text.Should().Be("50");
    }

    [Fact]
    public void Control_characters_do_not_get_in_and_line_ends_are_one_kind()
    {
        var editor = new LineEditor();
        editor.Insert("a\r\nb\e[31mc\td\u009be\u0000").Should().BeTrue();
        editor.Text.Should().Be("a\nb[31mc\tde");
    }

    [Fact]
    public void A_text_that_is_too_long_is_cut_between_characters_and_that_is_said()
    {
        var editor = new LineEditor();
        editor.Insert(new string('x', LineEditor.LongestText - 1)).Should().BeTrue();
        editor.Insert("👩").Should().BeFalse();
        editor.Text.Should().HaveLength(LineEditor.LongestText - 1);
        editor.Insert("ab").Should().BeFalse();
        editor.Text.Should().HaveLength(LineEditor.LongestText).And.EndWith("xa");
        editor.Insert("more").Should().BeFalse();
    }

    [Fact]
    public void A_mark_that_is_inserted_joins_the_letter_before_it()
    {
        var editor = At("e|x");
        editor.Insert("\u0301");
        Shown(editor).Should().Be("e\u0301|x");
    }

    [Fact]
    public void Whatever_is_typed_the_cursor_stands_between_clusters()
    {
        var texts = Gen.OneOf([.. ((string[])["a", " ", "\n", "e\u0301", "\u0301", "👩‍💻", "🇩🇪", "日", "\u200d", "x y", "\ud83d"]).Select(text => Gen.Const(text))]);
        var keys = Gen.OneOf([.. Enum.GetValues<KeyCode>().Select(code => Gen.Const(code))]);
        Gen.Select(texts, keys, Gen.Bool).List[0, 60].Sample(steps =>
        {
            var editor = new LineEditor();
            foreach (var (text, key, isText) in steps)
            {
                if (isText) editor.Insert(text);
                else editor.Apply(key);
                editor.Cursor.Should().BeInRange(0, editor.Text.Length);
                var boundaries = StringInfo.ParseCombiningCharacters(editor.Text).Append(editor.Text.Length);
                boundaries.Should().Contain(editor.Cursor);
            }
        }, iter: 2_000);
    }

    private static LineEditor At(string shown)
    {
        var editor = new LineEditor();
        var at = shown.IndexOf('|', StringComparison.Ordinal);
        editor.Insert(shown.Remove(at, 1));
        while (editor.Cursor > at) editor.Apply(KeyCode.Left);
        editor.Cursor.Should().Be(at);
        return editor;
    }

    private static string Shown(LineEditor editor) => editor.Text.Insert(editor.Cursor, "|");
}
