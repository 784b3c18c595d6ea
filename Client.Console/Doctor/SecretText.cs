using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using RealtimeHello.Recording.Masking;

namespace RealtimeHello.Client.Doctor;

/// <summary>
/// Keeps secrets out of what the doctor shows: the token, also where a server echoes it, encoded or cut off; and whatever stands where the recorder's
/// <see cref="SecretNames"/> expect secrets.
/// </summary>
/// <param name="token">The user's, visible ASCII; null: none is sent.</param>
internal sealed class SecretText(string? token)
{
    private const string Mask = "****";

    /// <summary>A shorter token is looked for only where tokens stand: its letters are also those of other words.</summary>
    private const int ShortestSought = 8;

    private static readonly SecretNames Names = new();

    /// <summary>A secret parameter and its value: in a query, in a query that is a value of another, and as a property of JSON.</summary>
    private static readonly Regex Parameters = new(
        $"""(?<name>(?:(?:[?&#]|%3F|%26|%23)(?:{string.Join('|', Names.QueryParameters.Select(Written))})|access(?:_|%5F)token)=)[^&\s"'<>\\]+"""
        + $"""|(?<name>(?:(?:[?&#]|%3F|%26|%23)(?:{string.Join('|', Names.QueryParameters.Select(Written))})|access(?:_|%5F)token)%3D)(?:(?!%26)[^&\s"'<>\\])+"""
        + """|(?<name>"access_?token"\s*:\s*")[^"]+""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private readonly Regex? _bearer = token is null ? null : new Regex($@"(?<=\bBearer\s+){Regex.Escape(token)}(?![!-~])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>A line of a head, such as <c>Authorization: Bearer ****</c>.</summary>
    public string Line(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !IsSecret(line[..colon])) return In(line);
        return line[(colon + 1)..].TrimStart().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? $"{line[..colon]}: Bearer {Mask}" : $"{line[..colon]}: {Mask}";
    }

    /// <summary>Any text, such as a body, or a sentence that holds what a server said.</summary>
    public string In(string text)
    {
        text = Parameters.Replace(text, $"${{name}}{Mask}");
        if (token is null) return text;
        text = _bearer!.Replace(text, Mask);
        return token.Length < ShortestSought ? text : WithoutToken(token, text);
    }

    /// <summary>Proxies pass it on under names such as X-Original-Authorization.</summary>
    private static bool IsSecret(string field) => Names.Headers.Contains(field.Trim()) || field.Contains("Authorization", StringComparison.OrdinalIgnoreCase);

    private static string Written(string name) => Regex.Escape(name).Replace("_", "(?:_|%5F)", StringComparison.Ordinal);

    private static string WithoutToken(string token, string text)
    {
        var shown = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var length = LengthOf(token, text, at);
            if (length > 0) shown.Append(Mask);
            else shown.Append(text[at]);
            at += Math.Max(length, 1);
        }

        return shown.ToString();
    }

    /// <summary>How much of the text, from there on, is the token; or its beginning, where the text was cut off within it. 0: it is not.</summary>
    private static int LengthOf(string token, string text, int start)
    {
        var at = start;
        for (var i = 0; i < token.Length; i++)
        {
            if (at == text.Length || text[at..] is "…" || IsHalfAnEscape(text.AsSpan(at))) return i >= ShortestSought ? at - start : 0;
            var length = LengthOf(token[i], text.AsSpan(at));
            if (length == 0) return 0;
            at += length;
        }

        return at - start;
    }

    private static bool IsHalfAnEscape(ReadOnlySpan<char> rest) => rest.TrimEnd('…') is "%" or ['%', _] or "\\" or ['\\', 'u', ..] and { Length: < 6 };

    /// <summary>How long a character of the token is there: itself, in a URL (also of a URL within another), in JSON or in HTML. 0: it is another.</summary>
    private static int LengthOf(char c, ReadOnlySpan<char> text)
    {
        if (text[0] == c) return 1;
        if (text[0] == '%')
        {
            var digits = 1;
            while (text[digits..] is ['2', '5', _, _, ..]) digits += 2;
            return IsHex(c, text[digits..], 2) ? digits + 2 : 0;
        }

        if (text is ['\\', 'u', ..]) return IsHex(c, text[2..], 4) ? 6 : 0;
        if (text is ['\\', ..]) return text.Length > 1 && text[1] == c ? 2 : 0;
        if (text[0] != '&') return 0;
        var end = text[..Math.Min(text.Length, 8)].IndexOf(';');
        return end > 0 && WebUtility.HtmlDecode(text[..(end + 1)].ToString()) is [var meant] && meant == c ? end + 1 : 0;
    }

    private static bool IsHex(char c, ReadOnlySpan<char> digits, int count) =>
        digits.Length >= count && int.TryParse(digits[..count], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && value == c;
}
