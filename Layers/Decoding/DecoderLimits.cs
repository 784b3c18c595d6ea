namespace RealtimeHello.Layers.Decoding;

/// <summary>What a decoder holds on to, at most. Whatever arrives, a connection's decoders never hold more than about the sum of these.</summary>
public sealed record DecoderLimits
{
    /// <summary>The limits that are used where none are given.</summary>
    public static DecoderLimits Default { get; } = new();

    /// <summary>Bytes of one HTTP head; a longer one is a fault.</summary>
    public int HttpHeadBytes { get; init; } = 64 * 1024;

    /// <summary>Header fields of one HTTP head; more are a fault.</summary>
    public int HttpHeaders { get; init; } = 200;

    /// <summary>Bytes kept of the body of an answer that refuses a WebSocket.</summary>
    public int RefusalBodyBytes { get; init; } = 2 * 1024;

    /// <summary>Bytes of a TLS handshake message (a hello) that are gathered; a longer one is a fault.</summary>
    public int TlsHelloBytes { get; init; } = 16 * 1024;

    /// <summary>The client's bytes that are held after its request for a WebSocket until the answer comes; more are a fault.</summary>
    public int UndecidedBytes { get; init; } = 16 * 1024;

    /// <summary>Bytes of a message of SignalR's handshake; what is longer is not taken for one.</summary>
    public int HandshakeBytes { get; init; } = 4 * 1024;

    /// <summary>Bytes of one hub message; a longer one is a fault, and the decoder goes on after it where that can be found.</summary>
    public int HubMessageBytes { get; init; } = 1024 * 1024;

    /// <summary>Bytes that one compressed message may inflate to; more is a fault.</summary>
    public int InflatedMessageBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Compressed messages are there with their length alone: what they hold was masked before it was stored.</summary>
    public bool CompressedIsMasked { get; init; }

    /// <summary>Characters shown of a text message, or of an argument or result of a hub message.</summary>
    public int ShownCharacters { get; init; } = 4 * 1024;

    /// <summary>Bytes shown of a binary message.</summary>
    public int ShownBytes { get; init; } = 256;

    /// <summary>Arguments of a hub message that are shown; the others are counted.</summary>
    public int ShownArguments { get; init; } = 32;
}
