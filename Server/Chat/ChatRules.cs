using System.Globalization;
using RealtimeHello.Contracts;

namespace RealtimeHello.Server.Chat;

/// <summary>What rooms, ids, texts and ranges may be. Each method returns the accepted value or throws a <see cref="ChatException"/>.</summary>
internal static class ChatRules
{
    public static string Room(string? room) => RoomNameRule.Allows(room) ? room : throw new ChatException(ChatErrorCodes.BadRoom, RoomNameRule.Sentence);

    public static Guid Id(string? id) =>
        Guid.TryParseExact(id, "D", out var value) && value != Guid.Empty
            ? value
            : throw new ChatException(ChatErrorCodes.BadId, "A message id is a UUID such as 018f3b1c-6d5e-7a4b-9c8d-0123456789ab.");

    /// <summary>Line ends become <c>\n</c>; then 1-2,000 UTF-16 code units that are neither blank nor hold control characters or lone surrogates.</summary>
    public static string Text(string? text)
    {
        if (string.IsNullOrEmpty(text)) throw BadText("A message is not empty.");
        if (text.Contains('\r', StringComparison.Ordinal)) text = text.ReplaceLineEndings("\n");
        if (text.Length > ChatLimits.TextLength) throw BadText($"A message has at most {ChatLimits.TextLength} characters; this one has {text.Length}.");

        var visible = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsControl(c) && c is not ('\n' or '\t')) throw BadText("A message holds no control characters but line breaks and tabs.");
            if (char.IsSurrogate(c))
            {
                if (i + 1 == text.Length || !char.IsSurrogatePair(c, text[i + 1])) throw BadText("A message is well-formed Unicode: it holds no half of a surrogate pair.");
                i++;
            }

            visible |= !char.IsWhiteSpace(c) && char.GetUnicodeCategory(c) != UnicodeCategory.Format;
        }

        return visible ? text : throw BadText("A message is not blank.");
    }

    public static int Limit(int limit, int most) =>
        limit >= 1 && limit <= most ? limit : throw new ChatException(ChatErrorCodes.BadRange, $"The limit is 1 to {most}.");

    public static long Number(long number) =>
        number >= 0 ? number : throw new ChatException(ChatErrorCodes.BadRange, "A message's number is not negative.");

    private static ChatException BadText(string sentence) => new(ChatErrorCodes.BadText, sentence);
}
