using System.Text.Json.Serialization;

namespace RealtimeHello.Layers;

/// <summary>
/// Bytes that break a rule of their layer, are too large, cut off, or use something that the decoder does not know.
/// The decoder that found it turns opaque and counts bytes; the layers below it go on.
/// </summary>
/// <param name="AtLayer">The layer whose rule was broken.</param>
/// <param name="Rule">The rule, as a reference: <c>RFC 6455 5.2</c>, <c>SignalR handshake</c>.</param>
/// <param name="Reason">What is wrong, in words.</param>
public sealed record DecodeFault(Layer AtLayer, string Rule, string Reason) : LayerDetail
{
    /// <summary>The stream's end came too early: it was cut, and nobody wrote anything wrong.</summary>
    [JsonIgnore]
    public bool IsCutOff { get; init; }

    /// <summary>It breaks a rule that servers bear, and what follows can be read all the same.</summary>
    [JsonIgnore]
    public bool IsHarmless { get; init; }

    /// <inheritdoc/>
    public override Layer Layer => AtLayer;

    /// <inheritdoc/>
    public override string Kind => "fault";

    /// <inheritdoc/>
    public override string Summary => $"{Reason} ({Rule})";
}
