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
    /// <summary>How the reason begins where a stream's end came too early: it was cut, and nobody wrote anything wrong.</summary>
    internal const string CutOff = "The stream ends within";

    /// <summary>How the reason ends where a length takes more bytes than it needs, which servers bear.</summary>
    internal const string LongLength = "is written in more bytes than it needs.";

    /// <summary>The stream was cut.</summary>
    internal bool IsCutOff => Reason.StartsWith(CutOff, StringComparison.Ordinal);

    /// <summary>It breaks a rule, and what follows can be read all the same.</summary>
    internal bool IsHarmless => Reason.EndsWith(LongLength, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override Layer Layer => AtLayer;

    /// <inheritdoc/>
    public override string Kind => "fault";

    /// <inheritdoc/>
    public override string Summary => $"{Reason} ({Rule})";
}
