using System.Globalization;
using System.Text;

namespace RealtimeHello.Layers.SignalR;

/// <summary>JSON as people read it.</summary>
internal static class JsonText
{
    /// <summary>
    /// The same text with escaped surrogate pairs (RFC 8259 7), as .NET writes every character beyond U+FFFF, in place of their escapes: an emoji is seen as one. Other escapes stay.
    /// </summary>
    public static string WithPairs(string json)
    {
        if (!json.Contains("\\u", StringComparison.Ordinal)) return json;
        var text = new StringBuilder(json.Length);
        for (var at = 0; at < json.Length;)
        {
            if (json[at] != '\\')
            {
                text.Append(json[at++]);
            }
            else if (TryReadUnit(json, at, out var high) && TryReadUnit(json, at + 6, out var low) && char.IsSurrogatePair(high, low))
            {
                text.Append(high).Append(low);
                at += 12;
            }
            else
            {
                // A backslash that is escaped itself begins no escape.
                text.Append(json, at, Math.Min(2, json.Length - at));
                at += 2;
            }
        }

        return text.ToString();
    }

    private static bool TryReadUnit(string json, int at, out char unit)
    {
        unit = '\0';
        if (at + 6 > json.Length || json[at] != '\\' || json[at + 1] != 'u') return false;
        if (!ushort.TryParse(json.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)) return false;
        unit = (char)value;
        return true;
    }
}
