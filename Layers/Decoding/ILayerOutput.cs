namespace RealtimeHello.Layers.Decoding;

/// <summary>Where a <see cref="LayerDecoder"/> puts what it finds.</summary>
public interface ILayerOutput
{
    /// <summary>One event, with the byte range in the tap's stream that it was read from.</summary>
    void Emit(LayerDetail detail, ByteRange source);
}
