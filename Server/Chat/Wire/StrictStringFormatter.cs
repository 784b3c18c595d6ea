using System.Buffers;
using System.Text;
using MessagePack;
using MessagePack.Formatters;

namespace RealtimeHello.Server.Chat.Wire;

/// <summary>
/// Strings whose UTF-8 is broken stay recognisable: they come in as <see cref="IllFormed"/>, which the chat's rules
/// refuse, where MessagePack's own reader would silently put replacement characters into somebody's message.
/// </summary>
internal sealed class StrictStringFormatter : IMessagePackFormatter<string?>
{
    /// <summary>Half of a surrogate pair: no well-formed text holds it.</summary>
    public const string IllFormed = "\uD800";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public void Serialize(ref MessagePackWriter writer, string? value, MessagePackSerializerOptions options) => writer.Write(value);

    public string? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.ReadStringSequence() is not { } bytes) return null;
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return IllFormed;
        }
    }
}
