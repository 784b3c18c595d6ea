using System.Text.Json;
using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Layers.SignalR.Json;

/// <summary>
/// Reads one hub message in JSON. Properties come in any order, some twice, some unknown: the last one counts, the unknown are passed over.
/// Values are shown as they stand there.
/// </summary>
/// <remarks>https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md#json-encoding</remarks>
internal static class JsonHubMessageReader
{
    private const string Encoding = HubProtocols.Json;
    private const int DeepestNesting = 64;

    /// <summary>The hub message, or the fault why it is none.</summary>
    public static LayerDetail Read(ReadOnlySpan<byte> json, DecoderLimits limits)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = DeepestNesting });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return HubMessageFields.Fault("A hub message is not a JSON object.");
            var fields = new HubMessageFields(Encoding);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (ReadProperty(ref reader, json, fields, limits) is { } problem) return HubMessageFields.Fault(problem);
            }

            while (reader.Read())
            {
                // Throws when anything but whitespace follows the object.
            }

            return fields.ToDetail();
        }
        catch (JsonException exception)
        {
            return HubMessageFields.Fault($"A hub message is not JSON (at byte {exception.BytePositionInLine ?? 0} of line {(exception.LineNumber ?? 0) + 1}).");
        }
        catch (InvalidOperationException)
        {
            // What the reader throws for a string that is not UTF-8 or holds half a surrogate pair.
            return HubMessageFields.Fault("A hub message holds a string that is not text.");
        }
    }

    private static string? ReadProperty(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, HubMessageFields fields, DecoderLimits limits)
    {
        if (reader.ValueTextEquals("type"u8))
        {
            if (!ReadInteger(ref reader, out var type)) return "The type of a hub message is not a whole number.";
            fields.Type = type;
        }
        else if (reader.ValueTextEquals("target"u8))
        {
            if (!ReadString(ref reader, out var target)) return "The target of a hub message is not a string.";
            fields.Target = target;
        }
        else if (reader.ValueTextEquals("invocationId"u8))
        {
            if (!ReadString(ref reader, out var id)) return "The invocationId of a hub message is not a string.";
            fields.InvocationId = id;
        }
        else if (reader.ValueTextEquals("error"u8))
        {
            if (!ReadString(ref reader, out var error)) return "The error of a hub message is not a string.";
            fields.Error = error;
        }
        else if (reader.ValueTextEquals("arguments"u8))
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray) return "The arguments of a hub message are not an array.";
            ReadArguments(ref reader, json, fields, limits);
        }
        else if (reader.ValueTextEquals("item"u8))
        {
            reader.Read();
            fields.Item = ShowValue(ref reader, json, limits);
        }
        else if (reader.ValueTextEquals("result"u8))
        {
            reader.Read();
            fields.Result = ShowValue(ref reader, json, limits);
        }
        else if (reader.ValueTextEquals("streamIds"u8))
        {
            return ReadStreamIds(ref reader, fields, limits);
        }
        else if (reader.ValueTextEquals("headers"u8))
        {
            return ReadHeaders(ref reader, fields, limits);
        }
        else if (reader.ValueTextEquals("allowReconnect"u8))
        {
            reader.Read();
            if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False)) return "The allowReconnect of a hub message is not true or false.";
            fields.AllowReconnect = reader.GetBoolean();
        }
        else if (reader.ValueTextEquals("sequenceId"u8))
        {
            if (!ReadInteger(ref reader, out var sequenceId)) return "The sequenceId of a hub message is not a whole number.";
            fields.SequenceId = sequenceId;
        }
        else
        {
            reader.Read();
            reader.Skip();
        }

        return null;
    }

    private static bool ReadInteger(ref Utf8JsonReader reader, out long value)
    {
        value = 0;
        reader.Read();
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out value);
    }

    private static bool ReadString(ref Utf8JsonReader reader, out string? value)
    {
        value = null;
        reader.Read();
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null)) return false;
        value = reader.GetString();
        return true;
    }

    private static void ReadArguments(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, HubMessageFields fields, DecoderLimits limits)
    {
        var arguments = new List<string>();
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            count++;
            if (count <= limits.ShownArguments) arguments.Add(ShowValue(ref reader, json, limits));
            else reader.Skip();
        }

        fields.Arguments = arguments;
        fields.ArgumentCount = count;
    }

    private static string? ReadStreamIds(ref Utf8JsonReader reader, HubMessageFields fields, DecoderLimits limits)
    {
        const string problem = "The streamIds of a hub message are not an array of strings.";
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.StartArray) return problem;
        var ids = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String) return problem;
            if (ids.Count < limits.ShownArguments) ids.Add(reader.GetString()!);
        }

        fields.StreamIds = ids;
        return null;
    }

    private static string? ReadHeaders(ref Utf8JsonReader reader, HubMessageFields fields, DecoderLimits limits)
    {
        const string problem = "The headers of a hub message are not an object of strings.";
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.StartObject) return problem;
        var headers = new List<KeyValuePair<string, string>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!ReadString(ref reader, out var value) || value is null) return problem;
            if (headers.Count < limits.ShownArguments) headers.Add(new KeyValuePair<string, string>(name, value));
        }

        fields.Headers = headers;
        return null;
    }

    /// <summary>The value that the reader stands on, as it stands in the message, and moves the reader to its end.</summary>
    private static string ShowValue(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, DecoderLimits limits)
    {
        var from = (int)reader.TokenStartIndex;
        reader.Skip();
        return ShownText.OfUtf8(json[from..(int)reader.BytesConsumed], limits.ShownCharacters);
    }
}
