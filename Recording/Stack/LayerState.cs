using RealtimeHello.Layers;

namespace RealtimeHello.Recording.Stack;

/// <summary>Where one layer of a connection stands.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Summary">That in one line, without line breaks or control characters.</param>
/// <param name="Detail">The layer's own figures and names. Values hold a stranger's text: whoever shows them must escape it.</param>
public sealed record LayerState(Layer Layer, LayerCondition State, string Summary, IReadOnlyDictionary<string, object?> Detail);

/// <summary>Where a layer can stand.</summary>
public enum LayerCondition : byte
{
    /// <summary>Its turn has not come.</summary>
    Waiting,

    /// <summary>This connection goes without it.</summary>
    Absent,

    /// <summary>It is there, but can't be looked into.</summary>
    Unseen,

    /// <summary>Its handshake has begun.</summary>
    Opening,

    /// <summary>It works.</summary>
    Open,

    /// <summary>One side has said goodbye.</summary>
    Closing,

    /// <summary>It said no, or broke.</summary>
    Failed,

    /// <summary>It is over.</summary>
    Closed,
}
