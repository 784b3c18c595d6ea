using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using RealtimeHello.Layers;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Layers.Events;

/// <summary>What a log and a terminal show of a stranger's text; <c>printable.json</c> is the table that the page's <c>printable.js</c> is tested with, too.</summary>
public sealed class PrintableTextTests
{
    private static readonly Dictionary<string, string[]> table = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "Tests", "Layers", "Events", "printable.json")))
        .RootElement.EnumerateArray().ToDictionary(row => Text(row, "what")!, row => new[] { Text(row, "text")!, Text(row, "shown") ?? Text(row, "text")! });

    public static TheoryData<string> Rows => [.. table.Keys];

    [Theory]
    [MemberData(nameof(Rows))]
    public void What_is_invisible_is_shown_and_what_a_script_or_an_emoji_is_spelled_with_is_left(string what)
    {
        var (text, shown) = (table[what][0], table[what][1]);

        PrintableText.OneLine(text, int.MaxValue).Should().Be(shown);
    }

    /// <summary>Of all that is awkward some, in any order: halves of pairs meet and part, accents pile up.</summary>
    [Fact]
    public void Whatever_the_text_nothing_is_hidden_or_stacked_and_emoji_are_left()
    {
        string[] parts = ["a", "\ud83d", "\ude00", "\U0001f600", "\u0301", "\u0489", "\u20dd", "\u094d", "\u0915", "\u200d", "\u200c", "\ufe0f", "\u202e", "\u0007", "\u0085", "\u2028", "\n", "\U000e0041", "\U0001d167"];
        Gen.Int[0, parts.Length - 1].Select(at => parts[at]).Array[0, 40].Sample(chosen =>
        {
            var text = string.Concat(chosen);
            var shown = PrintableText.OneLine(text, int.MaxValue);

            shown.Any(c => char.IsControl(c) || c is '\u2028' or '\u202e').Should().BeFalse();
            shown.Should().NotContain("\U000e0041");
            // No half of a pair is left: each would be U+FFFD here.
            shown.EnumerateRunes().Should().NotContain(Rune.ReplacementChar);
            Count(shown, "\U0001f600").Should().Be(Count(text, "\U0001f600"));
            MostMarks(shown).Should().BeLessThanOrEqualTo(4);
        });
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    /// <summary>Marks in a row, whatever joiners are between them.</summary>
    private static int MostMarks(string text)
    {
        var (marks, most) = (0, 0);
        foreach (var rune in text.EnumerateRunes().Where(rune => rune.Value is not (0x200c or 0x200d)))
        {
            marks = Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? marks + 1 : 0;
            most = Math.Max(most, marks);
        }

        return most;
    }

    /// <summary>JSON's own reader takes no lone surrogate: the escapes are read here.</summary>
    private static string? Text(JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) ? System.Text.RegularExpressions.Regex.Unescape(value.GetRawText()[1..^1]) : null;
}
