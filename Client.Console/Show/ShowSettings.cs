using RealtimeHello.Layers;

namespace RealtimeHello.Client.Show;

/// <summary>What <c>show</c> was asked for.</summary>
internal sealed record ShowSettings
{
    public required string File { get; init; }

    public required IReadOnlySet<Layer> Layers { get; init; }

    /// <summary>Only events that hold this text; null: all.</summary>
    public string? Text { get; init; }

    /// <summary>Only the connection of this id; null: all.</summary>
    public string? Connection { get; init; }

    /// <summary>Written as a file in place of lines; null: lines.</summary>
    public ExportFormat? Export { get; init; }
}

/// <summary>The formats of a file.</summary>
internal enum ExportFormat
{
    Pcapng,
    Har,
    Ndjson,
    Capture,
}
