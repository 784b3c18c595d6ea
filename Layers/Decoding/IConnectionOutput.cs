namespace RealtimeHello.Layers.Decoding;

/// <summary>Where a <see cref="ConnectionDecoder"/> puts its events.</summary>
public interface IConnectionOutput
{
    /// <summary>One event, with the tap, the direction and the byte range that it was read from.</summary>
    void Emit(LayerDetail detail, TapPoint tap, Direction direction, ByteRange source);
}
