using System.Text;
using Spectre.Console;

namespace RealtimeHello.Client.Terminal;

/// <summary>One colour for each author, the same in every run and program, readable on dark and on light.</summary>
internal static class AuthorPalette
{
    /// <summary>Of the 256 that terminals share; each contrasts at least 3.4 to 1 with white and with a dark background.</summary>
    public static IReadOnlyList<Color> Colors { get; } = [.. new[] { 167, 166, 130, 100, 64, 29, 31, 33, 63, 134, 163, 168 }.Select(Color.FromInt32)];

    public static Color Of(string author)
    {
        // FNV-1a: string.GetHashCode differs from run to run.
        var hash = 2_166_136_261u;
        foreach (var unit in Encoding.UTF8.GetBytes(author.ToUpperInvariant())) hash = unchecked((hash ^ unit) * 16_777_619);
        return Colors[(int)(hash % (uint)Colors.Count)];
    }
}
