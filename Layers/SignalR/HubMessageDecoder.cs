using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Layers.SignalR;

/// <summary>One direction's hub messages after the handshake, in one of the encodings.</summary>
internal abstract class HubMessageDecoder(ILayerOutput output) : LayerDecoder(output)
{
    /// <summary>No hub message was begun and not finished.</summary>
    public abstract bool IsBetweenMessages { get; }

    /// <summary>Gives back what is held, without a word.</summary>
    public abstract void Close();
}
