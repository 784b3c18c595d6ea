using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.SignalR;

namespace RealtimeHello.Layers.WebSockets;

/// <summary>One direction's messages, of one frame or several, and what they carry: forwarded to SignalR's decoder while that wants it.</summary>
internal sealed class WebSocketMessageDecoder(SignalRDecoder? signalR)
{
    private bool compressed;
    private bool last;

    /// <summary>Nothing of what it was given waits for more.</summary>
    public bool IsBetweenMessages => signalR is null or { IsBetweenMessages: true };

    /// <summary>False when nobody needs what the messages carry any more.</summary>
    public bool WantsMore => signalR is { WantsMore: true } && !compressed;

    public void BeginFrame(in WebSocketFrameHeader header, ByteRange frame)
    {
        if (header.Opcode != WebSocketOpcode.Continuation) compressed = header.Rsv1;
        last = header.Fin;
    }

    public void Payload(ReadOnlySpan<byte> unmasked, long offset)
    {
        if (signalR is { WantsMore: true } && !compressed) signalR.Push(unmasked, ByteSource.Exact(offset, unmasked.Length));
    }

    public void EndFrame(long end)
    {
        if (last && signalR is { WantsMore: true } && !compressed) signalR.EndOfMessage();
    }

    public void Complete(StreamEnding ending, long offset) => signalR?.Complete(ending, offset);

    public void Close() => signalR?.Close();
}
