using System.Text;

namespace RealtimeHello.Layers.Decoding;

/// <summary>Cuts what is shown of a stranger's text to its limit.</summary>
internal static class ShownText
{
    /// <summary>How many bytes of UTF-8 are enough for so many characters.</summary>
    public static int BytesFor(int characters) => (int)Math.Min(int.MaxValue, characters * 3L + 3);

    /// <summary>The beginning of UTF-8 text, at most <paramref name="limit"/> characters and, when something is left out, an ellipsis.</summary>
    public static string OfUtf8(ReadOnlySpan<byte> bytes, int limit, bool isBeginning = false)
    {
        var enough = BytesFor(limit);
        var text = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, enough)]);
        if (text.Length <= limit && bytes.Length <= enough && !isBeginning) return text;
        var length = Math.Min(text.Length, limit);
        if (length > 0 && length < text.Length && char.IsHighSurrogate(text[length - 1])) length--;
        return string.Concat(text.AsSpan(0, length), "…");
    }
}
