using CsCheck;
using RealtimeHello.Client.Terminal;

namespace RealtimeHello.Tests.Client.Terminal;

public sealed class CellsTests
{
    [Theory]
    [InlineData("hello", 5)]
    [InlineData("日本", 4)]
    [InlineData("e\u0301", 1)]
    [InlineData("", 0)]
    public void A_text_takes_cells(string text, int cells) => Cells.Width(text).Should().Be(cells);

    [Theory]
    [InlineData("hello", 5, "hello")]
    [InlineData("hello!", 5, "hell…")]
    [InlineData("日本語", 5, "日本…")]
    [InlineData("日本語", 4, "日…")]
    [InlineData("ab", 1, "…")]
    [InlineData("ab", 0, "")]
    public void A_text_is_cut_between_characters(string text, int width, string shown) => Cells.Truncate(text, width).Should().Be(shown);

    [Theory]
    [InlineData("one two three", 7, "one two|three")]
    [InlineData("one two three", 8, "one two|three")]
    [InlineData("onetwothree", 4, "onet|woth|ree")]
    [InlineData("日本語", 4, "日本|語")]
    [InlineData("a b", 1, "a|b")]
    [InlineData("", 10, "")]
    public void A_line_is_broken_at_spaces_where_there_are_any(string line, int width, string rows) => string.Join('|', Cells.Wrap(line, width)).Should().Be(rows);

    [Fact]
    public void Rows_are_never_too_wide_and_lose_nothing_but_spaces()
    {
        var pieces = Gen.OneOf([.. ((string[])["a", "bc", " ", "  ", "日", "👩‍💻", "e\u0301", "word"]).Select(text => Gen.Const(text))]);
        Gen.Select(pieces.List[0, 40], Gen.Int[2, 20]).Sample((words, width) =>
        {
            var line = string.Concat(words);
            var rows = Cells.Wrap(line, width);
            rows.Should().OnlyContain(row => Cells.Width(row) <= width);
            string.Concat(rows).Replace(" ", "", StringComparison.Ordinal).Should().Be(line.Replace(" ", "", StringComparison.Ordinal));
        }, iter: 2_000);
    }

    [Fact]
    public void A_strangers_line_is_made_harmless() => Cells.Safe("a\tb\e[2J\u202ec").Should().Be("a    b\\u001B[2J\\u202Ec");
}
