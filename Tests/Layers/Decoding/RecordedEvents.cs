using System.Text.Json;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Tests.Layers.Decoding;

/// <summary>Keeps what a decoder emits.</summary>
internal sealed class RecordedEvents : IConnectionOutput
{
    public List<RecordedEvent> All { get; } = [];

    public IEnumerable<DecodeFault> Faults => Of<DecodeFault>();

    /// <summary>Each event as text, the received ones first: how the two directions mix is a matter of timing.</summary>
    public List<string> Lines() => [.. All.OrderBy(e => e.Direction).Select(e => e.ToString())];

    public IEnumerable<T> Of<T>() where T : LayerDetail => All.Select(e => e.Detail).OfType<T>();

    public void Emit(LayerDetail detail, TapPoint tap, Direction direction, ByteRange source) => All.Add(new RecordedEvent(detail, tap, direction, source));
}

internal sealed record RecordedEvent(LayerDetail Detail, TapPoint Tap, Direction Direction, ByteRange Source)
{
    /// <summary>All of it as text: details that hold lists are not equal to each other, their JSON is.</summary>
    public override string ToString() =>
        $"{Tap} {Direction} {Source} {Detail.Layer}.{Detail.Kind} {JsonSerializer.Serialize(Detail, Detail.GetType())} | {Detail.Summary}";
}
