using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Recording.Taps;

/// <summary>What a tapped pipe or stream tells of the bytes that pass. Must not throw, wait, or keep the bytes.</summary>
public interface IByteTap
{
    /// <summary>Bytes passed.</summary>
    void Bytes(Direction direction, ReadOnlySpan<byte> bytes);

    /// <summary>What passes is encrypted, and another tap above sees it decrypted, later.</summary>
    internal bool IsEncrypted => false;

    /// <summary>A direction came to its end.</summary>
    void Ended(Direction direction, StreamEnding ending, string? reason);

    /// <summary>Bytes that were written and whose flush is not over.</summary>
    void Backlog(long bytes);
}
