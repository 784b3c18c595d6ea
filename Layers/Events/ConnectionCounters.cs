namespace RealtimeHello.Layers;

/// <summary>What went over a connection. Bytes are those of the plain tap; frames include control frames.</summary>
public sealed record ConnectionCounters(
    long BytesReceived,
    long BytesSent,
    long FramesReceived,
    long FramesSent,
    long HubMessagesReceived,
    long HubMessagesSent,
    long Invocations,
    long Faults,
    long BacklogBytes);
