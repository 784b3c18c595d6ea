namespace RealtimeHello.Layers;

/// <summary>Bytes of a layer that are not there to be decoded: evicted from the journal, or never stored.</summary>
/// <param name="AtLayer">The lowest layer that lacks them.</param>
/// <param name="Length">How many bytes; null when it is everything from here on.</param>
/// <param name="Reason">Why they are not there, in words.</param>
public sealed record Gap(Layer AtLayer, long? Length, string Reason) : LayerDetail
{
    /// <summary>The reason of what the budget took.</summary>
    public const string Evicted = "the journal's budget evicted them";

    /// <summary>The reason where frames of HTTP/2 come.</summary>
    public const string Http2 = "this is HTTP/2, whose frames are not decoded";

    /// <inheritdoc/>
    public override Layer Layer => AtLayer;

    /// <inheritdoc/>
    public override string Kind => "gap";

    /// <inheritdoc/>
    public override string Summary => Length is { } length ? $"{length} bytes are not here: {Reason}" : $"nothing from here on: {Reason}";
}
