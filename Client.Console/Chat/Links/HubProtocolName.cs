namespace RealtimeHello.Client.Chat.Links;

/// <summary>The encodings of hub messages that both ends know.</summary>
internal enum HubProtocolName
{
    Json,
    MessagePack,
}
