namespace RealtimeHello.Layers.Diagnosis;

/// <summary>What a probe of a server saw where it stopped.</summary>
public sealed record ProbeEvidence
{
    /// <summary>What kind of thing was seen.</summary>
    public required ProbeSign Sign { get; init; }

    /// <summary>The status of the answer, where there was one.</summary>
    public int? Status { get; init; }

    /// <summary>The answer's Server field; empty without one.</summary>
    public string Server { get; init; } = "";

    /// <summary>The answer's Content-Type; empty without one.</summary>
    public string ContentType { get; init; } = "";

    /// <summary>The path that was asked for; empty where that does not matter.</summary>
    public string Path { get; init; } = "";

    /// <summary>The answer's Location; null without one.</summary>
    public string? Location { get; init; }

    /// <summary>The beginning of the body, or of what came in place of an answer, or of the error.</summary>
    public string Text { get; init; } = "";

    /// <summary>The proxy that was recognised, in this answer or before.</summary>
    public ProxyKind Proxy { get; init; }

    /// <summary>TLS was spoken.</summary>
    public bool IsSecure { get; init; }

    /// <summary>The user wrote an http:// or https:// address, not ws:// or wss://.</summary>
    public bool IsHttpAddress { get; init; }

    /// <summary>The code of a Close frame, where one came.</summary>
    public int? CloseCode { get; init; }

    /// <summary>The upgrade named a connection that SignalR had negotiated.</summary>
    public bool IsNegotiated { get; init; }

    /// <summary>A hub or another WebSocket answered otherwise at that path, or the user says that one is there.</summary>
    public bool IsExpectedHere { get; init; }

    /// <summary>A token was sent.</summary>
    public bool HasToken { get; init; }
}

/// <summary>The kinds of things that stop a probe.</summary>
public enum ProbeSign : byte
{
    /// <summary>No address belongs to the name.</summary>
    NameUnknown,

    /// <summary>The port answered with RST.</summary>
    Refused,

    /// <summary>No connection, and no refusal either.</summary>
    Unreachable,

    /// <summary>The other side does not speak TLS.</summary>
    NotTls,

    /// <summary>The TLS handshake failed otherwise.</summary>
    TlsFailed,

    /// <summary>The certificate is for other names.</summary>
    CertificateName,

    /// <summary>The certificate is not, or no longer, valid.</summary>
    CertificateExpired,

    /// <summary>Nobody that is trusted here vouches for the certificate.</summary>
    CertificateUntrusted,

    /// <summary>Connected, but nothing came in time.</summary>
    Silent,

    /// <summary>The connection ended before an answer.</summary>
    EndedWithoutAnswer,

    /// <summary>What came is not HTTP.</summary>
    NotHttp,

    /// <summary>A head that does not end within the limit.</summary>
    HeadTooLong,

    /// <summary>The upgrade was answered with something else than 101.</summary>
    NotUpgraded,

    /// <summary>101 without, or with a wrong, Sec-WebSocket-Accept.</summary>
    WrongAccept,

    /// <summary>The WebSocket ended by itself.</summary>
    WebSocketEnded,

    /// <summary>The SignalR handshake was answered with an error.</summary>
    HandshakeRefused,

    /// <summary>The SignalR handshake was not answered.</summary>
    HandshakeUnanswered,

    /// <summary>A hub accepted the handshake and ended the connection at once.</summary>
    HubEnded,

    /// <summary>Behind the upgrade came something that is no frame of a server.</summary>
    NotFrames,

    /// <summary>A message or its fragments were answered with a Close frame.</summary>
    MessageRefused,

    /// <summary>An echo came back changed.</summary>
    MessageChanged,

    /// <summary>SignalR's negotiation was answered with an error.</summary>
    NegotiationFailed,

    /// <summary>SignalR's negotiation offers other transports alone.</summary>
    NoWebSocketsOffered,

    /// <summary>An idle connection ended with a Close frame.</summary>
    IdleClosed,

    /// <summary>An idle connection ended without one.</summary>
    IdleCut,

    /// <summary>Idle connections ended without one, all at the same moment though opened at different ones.</summary>
    IdleCutTogether,
}
