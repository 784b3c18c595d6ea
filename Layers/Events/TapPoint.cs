namespace RealtimeHello.Layers;

/// <summary>Where on a connection bytes were observed.</summary>
public enum TapPoint : byte
{
    /// <summary>The socket's bytes under TLS. A connection without TLS has no such tap.</summary>
    Wire,

    /// <summary>The bytes that HTTP and WebSocket are made of.</summary>
    Plain,
}
