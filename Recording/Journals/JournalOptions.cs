using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Recording.Journals;

/// <summary>The journal's budgets.</summary>
public sealed class JournalOptions
{
    /// <summary>Bytes kept of all connections together, live and closed.</summary>
    public long TotalBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Bytes kept of one connection, behind its opening.</summary>
    public int ConnectionBytes { get; set; } = 256 * 1024;

    /// <summary>Bytes kept of a connection's opening (heads and handshake), which is evicted last.</summary>
    public int OpeningBytes { get; set; } = 16 * 1024;

    /// <summary>Closed connections kept that asked for a WebSocket or carried a hub; older ones are forgotten.</summary>
    public int ClosedConnections { get; set; } = 2_000;

    /// <summary>Other closed connections kept, such as those of plain HTTP; older ones are forgotten.</summary>
    public int OtherClosedConnections { get; set; } = 200;

    /// <summary>Lifecycle events kept for readers that fall behind.</summary>
    public int LifecycleEvents { get; set; } = 4_096;

    /// <summary>Hubs and the application tell what they do, as on a server that has the inspector; not where connections are only passed on.</summary>
    public bool SeesApplication { get; set; } = true;

    /// <summary>The limits of the decoders.</summary>
    public DecoderLimits Decoders { get; set; } = DecoderLimits.Default;
}
