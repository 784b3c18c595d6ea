namespace RealtimeHello.Layers.Decoding;

/// <summary>What the next byte of a direction of the plain tap is part of.</summary>
public enum PlainPhase : byte
{
    /// <summary>
    /// An HTTP/1.1 head, the lines between two of them, or a line of a chunked body that is not its content: a chunk's size, the trailers.
    /// May hold secrets that have to be masked before they are stored, and has to be stored: what follows can't be decoded without it.
    /// </summary>
    Head,

    /// <summary>The content of an HTTP request or response: counted, not stored, but for the answer that refuses a WebSocket.</summary>
    Body,

    /// <summary>The beginning of the content of an answer that refuses a WebSocket: worth keeping.</summary>
    RefusalBody,

    /// <summary>The client's bytes after its request for a WebSocket, before the answer: a frame, or the next request.</summary>
    Undecided,

    /// <summary>WebSocket frames.</summary>
    WebSocket,

    /// <summary>Something that is not decoded: HTTP/2, another protocol, what follows a fault.</summary>
    Opaque,
}
