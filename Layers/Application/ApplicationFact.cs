namespace RealtimeHello.Layers.Application;

/// <summary>A fact of the application itself, published by it.</summary>
/// <param name="Name">The kind of event, camelCase, such as <c>posted</c>.</param>
/// <param name="Text">The fact in one line.</param>
/// <param name="Fields">Further fields; values are shown as they are.</param>
public sealed record ApplicationFact(string Name, string Text, IReadOnlyDictionary<string, object?> Fields) : LayerDetail
{
    /// <inheritdoc/>
    public override Layer Layer => Layer.Application;

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string Summary => PrintableText.OneLine(Text, 200);
}
