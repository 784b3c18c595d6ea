using System.Text.Json;
using System.Text.Json.Serialization;

namespace RealtimeHello.Server.Chat.Wire;

/// <summary>
/// JSON's <c>"\ud800"</c> is valid JSON but no text: it comes in as <see cref="StrictStringFormatter.IllFormed"/>, so
/// that the chat's rules say what is wrong, where the reader would only fail the call.
/// </summary>
internal sealed class StrictStringConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        // Anything but a string goes the usual way: to JsonException, and "Failed to invoke".
        if (reader.TokenType != JsonTokenType.String) throw new JsonException("A string was expected.");
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return StrictStringFormatter.IllFormed;
        }
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
