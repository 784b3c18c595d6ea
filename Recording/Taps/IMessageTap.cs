using RealtimeHello.Layers;

namespace RealtimeHello.Recording.Taps;

/// <summary>A short way past an <see cref="IByteTap"/> for what most of a busy server's traffic is: whole messages that many connections are sent alike. Must not throw, wait, or keep the bytes.</summary>
internal interface IMessageTap
{
    /// <summary>Bytes passed.</summary>
    /// <returns>False: they are none of these, and the byte tap is to be told.</returns>
    bool TryTake(Direction direction, ReadOnlySpan<byte> bytes);
}
