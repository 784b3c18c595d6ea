using System.Text.Json;
using MessagePack;
using MessagePack.Formatters;
using MessagePack.Resolvers;
using RealtimeHello.Contracts;

namespace RealtimeHello.Client.Chat.Links;

/// <summary>
/// Reads the chat's records from MessagePack, where they are maps with the same names as in JSON. A client writes none, so they may take a detour
/// over JSON: Contracts, which knows nobody, can't hold MessagePack's attributes.
/// </summary>
internal static class MessagePackRecords
{
    public static MessagePackSerializerOptions Options { get; } = MessagePackSerializerOptions.Standard
        .WithResolver(CompositeResolver.Create(
            [
                new Reader<ChatMessage>(), new Reader<RoomState>(), new Reader<PostReceipt>(), new Reader<RoomSummary>(),
                new Reader<PresenceChange>(), new Reader<TypingChange>(), new Reader<ServerStop>(), new Reader<ServerVitals>(),
            ],
            [StandardResolver.Instance]))
        .WithSecurity(MessagePackSecurity.UntrustedData);

    private sealed class Reader<T> : IMessagePackFormatter<T?>
        where T : class
    {
        public T? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        {
            using var json = new StringWriter();
            MessagePackSerializer.ConvertToJson(ref reader, json, options);
            return JsonSerializer.Deserialize<T>(json.ToString(), JsonSerializerOptions.Web);
        }

        public void Serialize(ref MessagePackWriter writer, T? value, MessagePackSerializerOptions options) =>
            throw new NotSupportedException("A client writes no records.");
    }
}
