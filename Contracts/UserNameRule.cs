using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace RealtimeHello.Contracts;

/// <summary>What may be a user's name: 1-24 letters, digits, <c>-</c> and <c>_</c> of any script, each of which can be seen.</summary>
public static class UserNameRule
{
    /// <summary>The rule, for whoever chose a name that is none.</summary>
    public const string Sentence = "A name is 1 to 24 letters, digits, '-' or '_'.";

    /// <summary>Whether it may be a name.</summary>
    /// <param name="text">As somebody wrote it.</param>
    /// <param name="name">The same in normal form C.</param>
    public static bool TryNormalize(string? text, [NotNullWhen(true)] out string? name)
    {
        name = null;
        if (string.IsNullOrEmpty(text) || text.Length > 4 * ChatLimits.UserNameLength || HasLoneSurrogate(text)) return false;
        text = text.Normalize(NormalizationForm.FormC);
        if (text.Length > ChatLimits.UserNameLength) return false;
        foreach (var rune in text.EnumerateRunes())
            if (!IsAllowed(rune)) return false;
        name = text;
        return true;
    }

    private static bool IsAllowed(Rune rune) =>
        rune.Value is '-' or '_' || (Rune.IsLetter(rune) && !IsInvisible(rune)) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber;

    /// <summary>The letters among Unicode's Default_Ignorable_Code_Points, all of them fillers of Hangul, and hieroglyphs that are blank by name.</summary>
    private static bool IsInvisible(Rune rune) => rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x13441 or 0x13442;

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i]))) return true;
        return false;
    }
}
