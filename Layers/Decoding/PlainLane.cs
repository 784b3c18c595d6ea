using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.WebSockets;

namespace RealtimeHello.Layers.Decoding;

/// <summary>One direction of the plain tap: how far it is, and the decoder that stands there now.</summary>
internal sealed class PlainLane(IConnectionOutput output, Direction direction) : ILayerOutput
{
    /// <summary>Null when nothing can be decoded any more.</summary>
    public PlainDecoder? Decoder { get; set; }

    /// <summary>Of the next byte.</summary>
    public long Offset { get; set; }

    public PlainPhase Phase => Decoder?.Phase ?? PlainPhase.Opaque;

    public WebSocketFrameDecoder? Frames => Decoder as WebSocketFrameDecoder;

    /// <summary>Takes at least one byte, at most up to where the phase changes.</summary>
    public int Advance(ReadOnlySpan<byte> bytes)
    {
        var count = Decoder is { Phase: not PlainPhase.Opaque } decoder ? decoder.Advance(bytes, Offset) : bytes.Length;
        Offset += count;
        return count;
    }

    /// <summary>Takes all of it if that is one whole message of which nothing is to be told; false: nothing was taken.</summary>
    public bool TryTakeMessage(ReadOnlySpan<byte> bytes)
    {
        if (Decoder is not WebSocketFrameDecoder frames || !frames.TryTakeMessage(bytes)) return false;
        Offset += bytes.Length;
        return true;
    }

    /// <summary>The same of bytes that were looked at before.</summary>
    public bool TryTakeMessage(in WholeMessage message)
    {
        if (Decoder is not WebSocketFrameDecoder frames || !frames.TryTakeMessage(message)) return false;
        Offset += message.Length;
        return true;
    }

    public void Skip(long count)
    {
        if (Phase != PlainPhase.Opaque && !Decoder!.TrySkip(count, Offset))
        {
            var layer = Decoder is WebSocketFrameDecoder ? Layer.WebSocket : Layer.Http;
            Emit(new Gap(layer, count, "they were not recorded"), new ByteRange(Offset, Offset + count));
            Decoder.Complete(StreamEnding.Cut, Offset);
        }

        Offset += count;
    }

    public void Complete(StreamEnding ending) => Decoder?.Complete(ending, Offset);

    /// <inheritdoc/>
    public void Emit(LayerDetail detail, ByteRange source) => output.Emit(detail, TapPoint.Plain, direction, source);
}
