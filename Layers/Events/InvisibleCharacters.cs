using System.Globalization;
using System.Text;

namespace RealtimeHello.Layers;

/// <summary>
/// Characters that nobody sees: format characters (Unicode's category Cf: zero-width, direction, tags) and the others that a font may leave out (Default_Ignorable_Code_Point) or draws as nothing. They make
/// two texts look the same, and hide a third, so they are shown escaped, except where an emoji or a script is spelled with one. Besides, accents beyond those that a letter has in any script:
/// stacked, they cover the lines around them. <c>wwwroot/inspector/printable.js</c> has the same rules.
/// </summary>
internal static class InvisibleCharacters
{
    /// <summary>Signs that take the vowel from a letter, of the scripts of India, Myanmar and Cambodia.</summary>
    private const string Viramas = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039\u103a\u17d2";

    /// <summary>England, Scotland and Wales: a black flag, and letters as tags. With others, tags are a way to hide a text.</summary>
    private static readonly string[] flags = [Flag("gbeng"), Flag("gbsct"), Flag("gbwls")];

    /// <summary>Marks (Unicode's categories Mn and Me) upon one letter, at most.</summary>
    private const int MostMarks = 4;

    /// <param name="text">The whole text.</param>
    /// <param name="at">Where the character begins in it.</param>
    /// <param name="rune">The character.</param>
    public static bool MustShow(string text, int at, Rune rune) => IsInvisible(rune) ? !Spells(text, at, rune) : IsMark(rune) && IsStacked(text, at);

    private static bool IsInvisible(Rune rune) => rune.Value switch
    {
        // Number signs and the like (Prepended_Concatenation_Mark): the format characters that one sees.
        (>= 0x600 and <= 0x605) or 0x6dd or 0x70f or 0x890 or 0x891 or 0x8e2 or 0x110bd or 0x110cd => false,
        0x34f or 0x115f or 0x1160 or 0x17b4 or 0x17b5 or (>= 0x180b and <= 0x180f) or 0x2065 or 0x3164 or (>= 0xfe00 and <= 0xfe0f) or 0xffa0 => true,
        (>= 0xfff0 and <= 0xfff8) or (>= 0xe0000 and <= 0xe0fff) => true,
        // No spaces to Unicode, but drawn as such: Braille without a dot, hieroglyphs that are blank, a note without its head.
        0x2800 or 0x13441 or 0x13442 or 0x1d159 => true,
        _ => Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format,
    };

    /// <summary>Joiners (RFC 5892 A.1 and A.2, and emoji), variation selectors, tags and Braille's blank where they belong.</summary>
    private static bool Spells(string text, int at, Rune rune)
    {
        var before = Before(text, at);
        var after = After(text, at + rune.Utf16SequenceLength);
        return rune.Value switch
        {
            0x200c or 0x200d when IsVirama(before) || IsVirama(after) || (Joins(before) && Joins(after)) => true,
            0x200d => IsEmoji(after) && IsEmoji(Base(text, at)),
            0xfe0e or 0xfe0f => IsEmoji(before) || (before?.Value is '#' or '*' or (>= '0' and <= '9') && after?.Value == 0x20e3),
            (>= 0xfe00 and <= 0xfe02) or (>= 0xe0100 and <= 0xe01ef) => before?.Value is (>= 0x3400 and <= 0x4dbf) or (>= 0x4e00 and <= 0x9fff) or (>= 0xf900 and <= 0xfaff) or (>= 0x20000 and <= 0x323af),
            (>= 0x180b and <= 0x180d) or 0x180f => before?.Value is >= 0x1820 and <= 0x18aa,
            0x2800 => HasDots(before) && HasDots(after),
            >= 0xe0020 and <= 0xe007f => IsOfFlag(text, at),
            _ => false,
        };
    }

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;

    /// <summary>Whether as many marks as one letter may have stand before, with or without joiners between them.</summary>
    private static bool IsStacked(string text, int at)
    {
        var marks = 0;
        while (marks < MostMarks && Before(text, at) is { } before && (IsMark(before) || before.Value is 0x200c or 0x200d))
        {
            at -= before.Utf16SequenceLength;
            if (IsMark(before)) marks++;
        }

        return marks == MostMarks;
    }

    private static bool IsVirama(Rune? rune) => rune is { IsBmp: true } && Viramas.Contains((char)rune.Value.Value, StringComparison.Ordinal);

    /// <summary>Letters and marks of Arabic, Syriac, N'Ko, Mongolian and their kin, whose letters join.</summary>
    private static bool Joins(Rune? rune) =>
        rune?.Value is (>= 0x620 and <= 0x8ff) or (>= 0x1820 and <= 0x18aa) or (>= 0xfb50 and <= 0xfdff) or (>= 0xfe70 and <= 0xfefc)
        && Rune.GetUnicodeCategory(rune.Value) is UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.NonSpacingMark;

    /// <summary>Extended_Pictographic: what makes one cluster with another emoji behind U+200D (UAX #29, GB11).</summary>
    private static bool IsEmoji(Rune? rune) => rune is { } one && StringInfo.GetNextTextElementLength($"{one}\u200d\u00a9") == one.Utf16SequenceLength + 2;

    /// <summary>The character before, beyond what changes an emoji's look: U+FE0F and the colours of skin.</summary>
    private static Rune? Base(string text, int at)
    {
        var before = Before(text, at);
        while (before?.Value is 0xfe0f or (>= 0x1f3fb and <= 0x1f3ff)) before = Before(text, at -= before.Value.Utf16SequenceLength);
        return before;
    }

    /// <summary>Of Braille, whose words have a blank between them.</summary>
    private static bool HasDots(Rune? rune) => rune?.Value is >= 0x2801 and <= 0x28ff;

    private static bool IsOfFlag(string text, int at)
    {
        var begin = text.LastIndexOf("\U0001f3f4", at, Math.Min(at + 1, flags[0].Length), StringComparison.Ordinal);
        return begin >= 0 && Array.Exists(flags, flag => string.CompareOrdinal(text, begin, flag, 0, flag.Length) == 0);
    }

    private static Rune? Before(string text, int at) => Rune.DecodeLastFromUtf16(text.AsSpan(0, at), out var rune, out _) == System.Buffers.OperationStatus.Done ? rune : null;

    private static Rune? After(string text, int at) => Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out _) == System.Buffers.OperationStatus.Done ? rune : null;

    private static string Flag(string region) => $"\U0001f3f4{string.Concat(region.Select(letter => char.ConvertFromUtf32(0xe0000 + letter)))}\U000e007f";
}
