using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using RealtimeHello.Contracts;

namespace RealtimeHello.Server.Chat.Wire;

/// <summary>How the chat's records look in JSON: camelCase, times in ISO 8601.</summary>
[JsonSerializable(typeof(ChatMessage))]
[JsonSerializable(typeof(ChatMessage[]))]
[JsonSerializable(typeof(List<ChatMessage>))]
[JsonSerializable(typeof(PostReceipt))]
[JsonSerializable(typeof(RoomState))]
[JsonSerializable(typeof(RoomSummary))]
[JsonSerializable(typeof(RoomSummary[]))]
[JsonSerializable(typeof(ServerVitals))]
[JsonSerializable(typeof(PresenceChange))]
[JsonSerializable(typeof(TypingChange))]
[JsonSerializable(typeof(ServerStop))]
internal sealed partial class ChatJson : JsonSerializerContext
{
    public static void Configure(JsonSerializerOptions options)
    {
        options.TypeInfoResolverChain.Insert(0, Default);
        options.TypeInfoResolverChain.Add(new DefaultJsonTypeInfoResolver());
        options.Converters.Add(new StrictStringConverter());
        // No HTML here: letters of every script go out as they are.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
    }
}
