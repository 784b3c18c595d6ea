using System.Text.RegularExpressions;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Guide;

/// <summary>
/// The guide and its outputs: a fenced block below a line <c>&lt;!-- shown: NAME --&gt;</c> is what the program prints. Times, ports, ids, keys and masks differ from
/// run to run; <see cref="Normalise"/> makes them equal, and nothing else.
/// </summary>
internal static partial class GuideText
{
    public static string File { get; } = Path.Combine(Repository.Root, "docs", "one-hello-seven-layers.md");

    /// <returns>The shown outputs by name.</returns>
    public static Dictionary<string, string[]> Shown(string guide) =>
        Block().Matches(guide).ToDictionary(block => block.Groups["name"].Value, block => block.Groups["text"].Value.TrimEnd('\n').Split('\n'));

    /// <summary>Puts fresh outputs in the place of the old ones.</summary>
    public static string Rewrite(string guide, IReadOnlyDictionary<string, string[]> outputs) => Block().Replace(
        guide, block => $"<!-- shown: {block.Groups["name"].Value} -->\n```text\n{string.Join('\n', outputs[block.Groups["name"].Value])}\n```");

    public static IReadOnlyList<string> Normalise(IEnumerable<string> lines)
    {
        List<string> result = [];
        var masked = false;
        foreach (var line in lines)
        {
            // A masked payload of several rows has as many as its bytes need, each other every time.
            if (masked && HexRow().IsMatch(line)) continue;
            masked = line.EndsWith("payload, masked", StringComparison.Ordinal);
            var text = masked ? "MASKED" : line;
            foreach (var (pattern, replacement) in Varying) text = pattern.Replace(text, replacement);
            result.Add(text);
        }

        return result;
    }

    private static readonly (Regex Pattern, string Replacement)[] Varying =
    [
        (new(@"^\d\d:\d\d:\d\d\.\d{3} "), "TIME "),
        (new(@"(?:127\.0\.0\.1|\[::1\]|localhost):\d+"), "HOST"),
        (new("(?<=Sec-WebSocket-(?:Key|Accept): ).*"), "KEY"),
        (new("(?<=Date: ).*"), "DATE"),
        (new(@"(?<=User-Agent: realtimehello/).*"), "VERSION"),
        (new(@"(?:[0-9a-f]{2} ){4}(?= +masking key)"), "MASK "),
        (new("(?<=offers ).*"), "VERSIONS"),
        (new("TLS_[A-Z0-9_]+"), "CIPHER"),
        (new(@"(?<=rtt )\d+"), "N"),
        (new(@"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"), "UUID"),
        (new("\"[0-9a-f-]{4,35}…"), "\"UUID…"),
        (new(@"\d{4}-\d\d-\d\dT[\d:.]+Z"), "TIME"),
        (new(@"(?<= in )[\d.]+ ms"), "N ms"),
        (new(@"(?<=After )[\d.]+ s"), "N s"),
        (new(@"(?<=received |sent )\d+ B in \d+ frames"), "N B"),
        // What was cut off at a length may end elsewhere when a time has fewer digits.
        (new("(?<=\"postedAt\":\"TIME\").*"), "…"),
    ];

    [GeneratedRegex("""<!-- shown: (?<name>[a-z/]+) -->\n```text\n(?<text>.*?)```""", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^ +\| +(?:[0-9a-f]{2} ?)+$")]
    private static partial Regex HexRow();
}
