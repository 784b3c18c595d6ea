namespace RealtimeHello.Layers;

/// <summary>One fact of one layer, with the byte range that it was read from.</summary>
/// <param name="Sequence">Where it stands: the same whenever and wherever the same recorded bytes are decoded.</param>
/// <param name="Connection">The connection's id.</param>
/// <param name="At">When the chunk that completed it was recorded, UTC.</param>
/// <param name="Direction">Which way its bytes went.</param>
/// <param name="Tap">The tap that its bytes were seen at; null for a local fact.</param>
/// <param name="Bytes">The byte range in that tap's stream; null for a local fact.</param>
/// <param name="Detail">What it says.</param>
public sealed record LayerEvent(
    EventSequence Sequence,
    string Connection,
    DateTimeOffset At,
    Direction Direction,
    TapPoint? Tap,
    ByteRange? Bytes,
    LayerDetail Detail);
