using System.Collections.Concurrent;
using MessagePack;
using MessagePack.Formatters;
using MessagePack.Resolvers;
using RealtimeHello.Contracts;

namespace RealtimeHello.Server.Chat.Wire;

/// <summary>How the chat's records look in MessagePack: names as in JSON, times as timestamps, UUIDs as text.</summary>
internal static class ChatMessagePack
{
    public static MessagePackSerializerOptions Options { get; } = MessagePackSerializerOptions.Standard
        .WithResolver(CompositeResolver.Create([new StrictStringFormatter()], [new RecordResolver(), StandardResolver.Instance]))
        .WithSecurity(MessagePackSecurity.UntrustedData);

    private sealed class RecordResolver : IFormatterResolver
    {
        private readonly ConcurrentDictionary<Type, IMessagePackFormatter?> _formatters = new();

        public IMessagePackFormatter<T>? GetFormatter<T>() => (IMessagePackFormatter<T>?)_formatters.GetOrAdd(typeof(T), Make);

        /// <summary>An array is a class of its elements' assembly, but no record.</summary>
        private static IMessagePackFormatter? Make(Type type) =>
            type.Assembly == typeof(ChatMessage).Assembly && type is { IsClass: true, IsArray: false }
                ? (IMessagePackFormatter)Activator.CreateInstance(typeof(RecordFormatter<>).MakeGenericType(type))!
                : null;
    }
}
