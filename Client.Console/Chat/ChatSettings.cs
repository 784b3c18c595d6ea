using RealtimeHello.Client.Accounts;
using RealtimeHello.Client.Chat.Links;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.Chat;

/// <summary>What the user asked of <c>chat</c>.</summary>
internal sealed record ChatSettings
{
    public required ServerAddress Server { get; init; }

    /// <summary>Null: ask, or use the one that is kept.</summary>
    public string? Name { get; init; }

    public required string Room { get; init; }

    /// <summary>How many of a room's latest messages to show on joining, 0-50; null for the mode's default.</summary>
    public int? History { get; init; }

    public HubProtocolName Protocol { get; init; }

    /// <summary>How long to try the first time, and piped also later; null for the mode's default.</summary>
    public TimeSpan? Wait { get; init; }

    public bool Verbose { get; init; }

    /// <summary>The layers of its own connection to show; null: none.</summary>
    public IReadOnlySet<Layer>? Layers { get; init; }
}
