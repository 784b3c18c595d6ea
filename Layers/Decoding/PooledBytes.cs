using System.Buffers;

namespace RealtimeHello.Layers.Decoding;

/// <summary>
/// A growing run of bytes in an array of the shared pool, which it holds only while it is not empty.
/// A mutable struct: keep it in a field, never copy it. Whoever appends watches the limit.
/// </summary>
internal struct PooledBytes
{
    private byte[]? array;

    /// <summary>How many bytes it holds.</summary>
    public int Length { get; private set; }

    /// <summary>What it holds, valid until the next call.</summary>
    public readonly ReadOnlySpan<byte> Span => array.AsSpan(0, Length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        if (array is null || array.Length - Length < bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Length + bytes.Length, Length * 2));
            Span.CopyTo(larger);
            if (array is not null) ArrayPool<byte>.Shared.Return(array);
            array = larger;
        }

        bytes.CopyTo(array.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>Empties it and gives the array back.</summary>
    public void Clear()
    {
        if (array is not null) ArrayPool<byte>.Shared.Return(array);
        array = null;
        Length = 0;
    }

    /// <summary>Gives what it holds to the caller, who clears it, and is empty itself.</summary>
    public PooledBytes Take()
    {
        var taken = this;
        array = null;
        Length = 0;
        return taken;
    }
}
