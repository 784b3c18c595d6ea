using System.Text.Json;
using System.Text.Unicode;

namespace RealtimeHello.Layers.SignalR;

/// <summary>Reads the two messages of SignalR's handshake: JSON objects, whatever hub protocol is asked for.</summary>
/// <remarks>https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md#handshakerequest-message-encoding</remarks>
internal static class HandshakeReader
{
    /// <summary>Null when it is no handshake request.</summary>
    public static HandshakeRequest? TryReadRequest(ReadOnlySpan<byte> json)
    {
        string? protocol = null;
        int? version = null;
        if (!Utf8.IsValid(json)) return null;
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("protocol"u8)) protocol = reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                else if (reader.ValueTextEquals("version"u8)) version = reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) ? number : null;
                else reader.Read();
                reader.Skip();
            }

            while (reader.Read())
            {
                // Finds out whether something follows the object.
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }

        return protocol is not null && version is { } given ? new HandshakeRequest(protocol, given) : null;
    }

    /// <summary>Null, and the reason, when it is no handshake response.</summary>
    public static HandshakeResponse? TryReadResponse(ReadOnlySpan<byte> json, out string problem)
    {
        problem = "It is not a JSON object.";
        string? error = null;
        if (!Utf8.IsValid(json)) return null;
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("type"u8))
                {
                    problem = "It is a hub message; the answer to the handshake has to come first.";
                    return null;
                }

                if (reader.ValueTextEquals("error"u8))
                {
                    reader.Read();
                    if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
                    {
                        problem = "Its error is not a string.";
                        return null;
                    }

                    error = reader.GetString();
                }
                else
                {
                    reader.Read();
                }

                reader.Skip();
            }

            while (reader.Read())
            {
                // Finds out whether something follows the object.
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }

        return new HandshakeResponse(error);
    }
}
