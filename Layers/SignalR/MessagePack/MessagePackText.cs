using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Layers.SignalR.MessagePack;

/// <summary>
/// Shows a MessagePack value as JSON text. What JSON has no word for: timestamps are ISO 8601 strings, binary data is
/// <c>{"$binary":"base64"}</c>, another extension <c>{"$extension":5,"$binary":"base64"}</c>, a key that is no string is its text as one.
/// </summary>
internal ref struct MessagePackText
{
    private const int DeepestNesting = 64;
    private const sbyte Timestamp = -1;

    private readonly StringBuilder text;
    private readonly int limit;

    private MessagePackText(int limit)
    {
        text = new StringBuilder();
        this.limit = limit;
    }

    /// <summary>The beginning of the next value, at most <paramref name="limit"/> characters and an ellipsis; the reader passes over all of it.</summary>
    public static string Show(ref MessagePackReader reader, int limit)
    {
        var shown = new MessagePackText(limit);
        shown.Write(ref reader, 0);
        if (shown.text.Length <= limit) return shown.text.ToString();
        var length = limit > 0 && char.IsHighSurrogate(shown.text[limit - 1]) ? limit - 1 : limit;
        return shown.text.ToString(0, length) + "…";
    }

    private readonly bool IsFull => text.Length > limit;

    private readonly void Write(ref MessagePackReader reader, int depth)
    {
        if (depth > DeepestNesting)
        {
            reader.Fail($"it is nested more than {DeepestNesting} deep");
            return;
        }

        var token = reader.ReadToken();
        switch (token.Kind)
        {
            case MessagePackKind.Array:
                Append("[");
                for (long i = 0; i < token.Length && reader.Problem is null; i++)
                {
                    if (i > 0) Append(",");
                    Write(ref reader, depth + 1);
                }

                Append("]");
                break;
            case MessagePackKind.Map:
                Append("{");
                for (long i = 0; i < token.Length && reader.Problem is null; i++)
                {
                    if (i > 0) Append(",");
                    WriteKey(ref reader, depth + 1);
                    Append(":");
                    Write(ref reader, depth + 1);
                }

                Append("}");
                break;
            default:
                if (!IsFull) WriteScalar(token);
                break;
        }
    }

    private readonly void WriteKey(ref MessagePackReader reader, int depth)
    {
        var from = text.Length;
        Write(ref reader, depth);
        if (IsFull || from == text.Length || text[from] == '"') return;
        var key = text.ToString(from, text.Length - from);
        text.Length = from;
        AppendString(key);
    }

    private readonly void WriteScalar(in MessagePackToken token)
    {
        switch (token.Kind)
        {
            case MessagePackKind.Nil:
                Append("null");
                break;
            case MessagePackKind.Boolean:
                Append(token.Integer != 0 ? "true" : "false");
                break;
            case MessagePackKind.Integer:
                Append(token.Integer.ToString(CultureInfo.InvariantCulture));
                break;
            case MessagePackKind.LargeInteger:
                Append(((ulong)token.Integer).ToString(CultureInfo.InvariantCulture));
                break;
            case MessagePackKind.Real:
                var number = token.Real.ToString("R", CultureInfo.InvariantCulture);
                Append(double.IsFinite(token.Real) ? number : $"\"{number}\"");
                break;
            case MessagePackKind.String:
                AppendString(ShownText.OfUtf8(token.Content, limit));
                break;
            case MessagePackKind.Binary:
                Append($"{{\"$binary\":\"{Base64(token.Content)}\"}}");
                break;
            case MessagePackKind.Extension:
                Append(token.Extension == Timestamp && TryShowTime(token.Content) is { } time
                    ? time
                    : string.Create(CultureInfo.InvariantCulture, $"{{\"$extension\":{token.Extension},\"$binary\":\"{Base64(token.Content)}\"}}"));
                break;
        }
    }

    private readonly string Base64(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes[..Math.Min(bytes.Length, limit)]);

    /// <summary>The timestamp extension: 32 bits of seconds, 30 of nanoseconds and 34 of seconds, or 32 and 64.</summary>
    private static string? TryShowTime(ReadOnlySpan<byte> content)
    {
        long seconds;
        long nanoseconds;
        switch (content.Length)
        {
            case 4:
                (seconds, nanoseconds) = (BinaryPrimitives.ReadUInt32BigEndian(content), 0);
                break;
            case 8:
                var both = BinaryPrimitives.ReadUInt64BigEndian(content);
                (seconds, nanoseconds) = ((long)(both & 0x3_FFFF_FFFF), (long)(both >> 34));
                break;
            case 12:
                (nanoseconds, seconds) = (BinaryPrimitives.ReadUInt32BigEndian(content), BinaryPrimitives.ReadInt64BigEndian(content[4..]));
                break;
            default:
                return null;
        }

        // Years 1 to 9999 are all that ISO 8601 text holds.
        if (nanoseconds > 999_999_999 || seconds is < -62_135_596_800 or > 253_402_300_799) return null;
        var time = DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        var fraction = nanoseconds == 0 ? "" : "." + nanoseconds.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
        return $"\"{time}{fraction}Z\"";
    }

    private readonly void AppendString(string value)
    {
        Append("\"");
        Append(JsonText.WithPairs(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value)));
        Append("\"");
    }

    private readonly void Append(string part)
    {
        if (!IsFull) text.Append(part);
    }
}
