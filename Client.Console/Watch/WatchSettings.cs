using RealtimeHello.Layers;

namespace RealtimeHello.Client.Watch;

/// <summary>What the user asked of <c>watch</c>.</summary>
internal sealed record WatchSettings
{
    /// <summary>The inspector's address, with http or https, its path without a slash behind.</summary>
    public required Uri Inspector { get; init; }

    /// <summary>The operator's token, or a user's own; never shown. Null: there is <see cref="Code"/>.</summary>
    public string? Token { get; init; }

    /// <summary>The code of a sign-in link; never shown. Null: there is <see cref="Token"/>.</summary>
    public string? Code { get; init; }

    /// <summary>The layers to show.</summary>
    public required IReadOnlySet<Layer> Layers { get; init; }

    /// <summary>Only events that hold this text; null: all.</summary>
    public string? Text { get; init; }

    /// <summary>Only this connection; null: all.</summary>
    public string? Connection { get; init; }
}
