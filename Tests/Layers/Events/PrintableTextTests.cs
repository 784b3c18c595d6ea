using System.Text.Json;
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

    /// <summary>JSON's own reader takes no lone surrogate: the escapes are read here.</summary>
    private static string? Text(JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) ? System.Text.RegularExpressions.Regex.Unescape(value.GetRawText()[1..^1]) : null;
}
