using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Layers.SignalR.MessagePack;

/// <summary>Reads one hub message in MessagePack: an array of its type and its fields in their order, later fields may be missing or unknown.</summary>
/// <remarks>https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md#messagepack-msgpack-encoding</remarks>
internal static class MessagePackHubMessageReader
{
    private const string Encoding = HubProtocols.MessagePack;
    private const int ErrorResult = 1;
    private const int VoidResult = 2;
    private const int ValueResult = 3;

    /// <summary>The hub message, or the fault why it is none.</summary>
    public static LayerDetail Read(ReadOnlySpan<byte> message, DecoderLimits limits)
    {
        var reader = new MessagePackReader(message);
        var count = reader.ReadArrayHeader();
        var fields = new HubMessageFields(Encoding);
        if (count == 0) reader.Fail("it is an empty array");
        else fields.Type = reader.ReadInteger();
        if (reader.Problem is null) ReadFields(ref reader, fields, count - 1, limits);
        return reader.Problem is { } problem ? HubMessageFields.Fault($"A hub message can't be read: {problem}.") : fields.ToDetail();
    }

    private static void ReadFields(ref MessagePackReader reader, HubMessageFields fields, long left, DecoderLimits limits)
    {
        switch (fields.Type)
        {
            case 1 or 4:
                if (!ReadHeadersAndId(ref reader, fields, ref left, limits)) return;
                if (left-- > 0) fields.Target = reader.ReadString();
                if (left-- > 0) ReadArguments(ref reader, fields, limits);
                if (left-- > 0) fields.StreamIds = ReadStrings(ref reader, limits);
                break;
            case 2:
                if (!ReadHeadersAndId(ref reader, fields, ref left, limits)) return;
                if (left-- > 0) fields.Item = MessagePackText.Show(ref reader, limits.ShownCharacters);
                break;
            case 3:
                if (!ReadHeadersAndId(ref reader, fields, ref left, limits)) return;
                if (left-- > 0) ReadResult(ref reader, fields, ref left, limits);
                else reader.Fail("a completion has no result kind");
                break;
            case 5:
                if (!ReadHeadersAndId(ref reader, fields, ref left, limits)) return;
                break;
            case 7:
                if (left-- > 0) fields.Error = reader.ReadString();
                if (left-- > 0) fields.AllowReconnect = reader.ReadBoolean();
                break;
            case 8 or 9:
                if (left-- > 0) fields.SequenceId = reader.ReadInteger();
                break;
        }

        // Fields of a later version.
        for (; left > 0 && reader.Problem is null; left--) reader.Skip();
        if (reader.Problem is null && reader.Rest > 0) reader.Fail($"{reader.Rest} bytes follow it");
    }

    private static bool ReadHeadersAndId(ref MessagePackReader reader, HubMessageFields fields, ref long left, DecoderLimits limits)
    {
        if (left-- > 0) ReadHeaders(ref reader, fields, limits);
        if (left-- > 0) fields.InvocationId = reader.ReadString();
        return reader.Problem is null;
    }

    private static void ReadHeaders(ref MessagePackReader reader, HubMessageFields fields, DecoderLimits limits)
    {
        if (reader.TryReadNil()) return;
        var count = reader.ReadMapHeader();
        if (count == 0) return;
        var headers = new List<KeyValuePair<string, string>>();
        for (; count > 0 && reader.Problem is null; count--)
        {
            var name = reader.ReadString();
            var value = reader.ReadString();
            if (name is null || value is null) reader.Fail("a header is not a string");
            else if (headers.Count < limits.ShownArguments) headers.Add(new KeyValuePair<string, string>(name, value));
        }

        fields.Headers = headers;
    }

    private static void ReadArguments(ref MessagePackReader reader, HubMessageFields fields, DecoderLimits limits)
    {
        var count = reader.ReadArrayHeader();
        var shown = new List<string>();
        for (long i = 0; i < count && reader.Problem is null; i++)
        {
            if (i < limits.ShownArguments) shown.Add(MessagePackText.Show(ref reader, limits.ShownCharacters));
            else reader.Skip();
        }

        fields.Arguments = shown;
        fields.ArgumentCount = (int)Math.Min(count, int.MaxValue);
    }

    private static List<string>? ReadStrings(ref MessagePackReader reader, DecoderLimits limits)
    {
        if (reader.TryReadNil()) return null;
        var strings = new List<string>();
        for (var count = reader.ReadArrayHeader(); count > 0 && reader.Problem is null; count--)
        {
            if (reader.ReadString() is not { } text) reader.Fail("a stream id is not a string");
            else if (strings.Count < limits.ShownArguments) strings.Add(text);
        }

        return strings.Count == 0 ? null : strings;
    }

    private static void ReadResult(ref MessagePackReader reader, HubMessageFields fields, ref long left, DecoderLimits limits)
    {
        var kind = reader.ReadInteger();
        if (reader.Problem is not null) return;
        if (kind is not (ErrorResult or VoidResult or ValueResult))
        {
            reader.Fail($"a completion's result kind is {kind}");
        }
        else if (kind != VoidResult && left-- <= 0)
        {
            reader.Fail("a completion has no result");
        }
        else if (kind == ErrorResult)
        {
            fields.Error = reader.ReadString() ?? "";
        }
        else if (kind == ValueResult)
        {
            fields.Result = MessagePackText.Show(ref reader, limits.ShownCharacters);
        }
    }
}
