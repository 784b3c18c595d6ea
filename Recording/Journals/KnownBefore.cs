using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Recording.Journals;

/// <summary>
/// Attached to an <see cref="EntryKind.Known"/>, which has the number of the chunk that changed what is known of a connection and stands behind it: decoding that begins in front of there needs what
/// was known then. Written only where the opening was longer than what is kept of it: else nothing begins so early. No event.
/// </summary>
internal sealed record KnownBefore(ConnectionFacts Facts) : LayerDetail
{
    /// <inheritdoc/>
    public override Layer Layer => Layer.Tcp;

    /// <inheritdoc/>
    public override string Kind => "known";

    /// <inheritdoc/>
    public override string Summary => "what was known before";
}
