using RealtimeHello.Layers;

namespace RealtimeHello.Client.Relay;

/// <summary>What the user asked of <c>relay</c>.</summary>
internal sealed record RelaySettings
{
    public required ListenAddress Listen { get; init; }

    public required RelayTarget Target { get; init; }

    /// <summary>The layers to print; empty: none.</summary>
    public required IReadOnlySet<Layer> Layers { get; init; }

    /// <summary>Print only events that hold this text; null: all.</summary>
    public string? Text { get; init; }

    /// <summary>Record into this file; null: into none.</summary>
    public string? Capture { get; init; }

    /// <summary>Bytes of that file, at most.</summary>
    public long CaptureLimit { get; init; } = 1024L * 1024 * 1024;

    /// <summary>Serve the inspector's page at this port of the loopback; 0: at a free one; null: not at all.</summary>
    public int? Inspect { get; init; }

    /// <summary>Leave the requests' Host and Origin as they are.</summary>
    public bool KeepHost { get; init; }

    /// <summary>Take whatever certificate the target has.</summary>
    public bool Insecure { get; init; }

    /// <summary>How long the way to the target may take, TLS included.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Connections at once; more wait to be accepted.</summary>
    public int MaximumConnections { get; init; } = 8_192;
}
