namespace RealtimeHello.Layers.Diagnosis;

/// <summary>The causes of a close, as the inspector's JSON and the log name them.</summary>
public static class CloseCauses
{
    /// <summary>The client said goodbye: a WebSocket Close frame, or the end of a plain HTTP connection.</summary>
    public const string ClientClosed = "client_closed";

    /// <summary>The client's side ended without a Close frame: killed, crashed, or cut off in order (FIN).</summary>
    public const string ClientVanished = "client_vanished";

    /// <summary>A RST from the peer or the network.</summary>
    public const string NetworkReset = "network_reset";

    /// <summary>The server heard nothing for its client timeout, and gave up.</summary>
    public const string KeepAliveTimeout = "keep_alive_timeout";

    /// <summary>The SignalR handshake did not come in time.</summary>
    public const string HandshakeTimeout = "handshake_timeout";

    /// <summary>The SignalR handshake asked for something that the server does not speak.</summary>
    public const string HandshakeRefused = "handshake_refused";

    /// <summary>The hub threw while connecting.</summary>
    public const string HubFailed = "hub_failed";

    /// <summary>The server is stopping, and said so.</summary>
    public const string ServerStopping = "server_stopping";

    /// <summary>The server cut the connection, or its hub aborted it.</summary>
    public const string ServerAborted = "server_aborted";

    /// <summary>The server closed the connection in good order.</summary>
    public const string ServerClosed = "server_closed";

    /// <summary>A message larger than the other side takes, whoever sent it.</summary>
    public const string MessageTooLarge = "message_too_large";

    /// <summary>A hub message that could not be read.</summary>
    public const string BadMessage = "bad_message";

    /// <summary>Bytes that break the WebSocket protocol, whoever sent them.</summary>
    public const string ProtocolError = "protocol_error";

    /// <summary>The client did not read what was sent to it.</summary>
    public const string SlowReader = "slow_reader";

    /// <summary>The request for a WebSocket was answered with something else than 101, or what came could not be read as a request and was refused.</summary>
    public const string UpgradeRefused = "upgrade_refused";

    /// <summary>The TLS handshake failed.</summary>
    public const string TlsFailed = "tls_failed";

    /// <summary>An HTTP connection that ended after its requests were answered.</summary>
    public const string HttpFinished = "http_finished";

    /// <summary>A relay got no connection to its target.</summary>
    public const string TargetUnreachable = "target_unreachable";
}
