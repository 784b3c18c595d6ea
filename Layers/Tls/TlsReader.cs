namespace RealtimeHello.Layers.Tls;

/// <summary>Reads the fields of a TLS structure (RFC 8446 3). Never throws: what is not there reads as nothing, and <see cref="Failed"/> sticks.</summary>
internal ref struct TlsReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> left = bytes;

    /// <summary>More was read than is there.</summary>
    public bool Failed { get; private set; }

    public readonly int Rest => left.Length;

    public byte ReadByte() => Take(1) is [var b] ? b : (byte)0;

    public ushort ReadUInt16() => Take(2) is [var high, var low] ? (ushort)((high << 8) | low) : (ushort)0;

    /// <summary>A reader of the next <paramref name="length"/> bytes.</summary>
    public TlsReader Inner(int length) => new(Take(length));

    public ReadOnlySpan<byte> Take(int length)
    {
        if (length > left.Length)
        {
            Failed = true;
            left = default;
            return default;
        }

        var taken = left[..length];
        left = left[length..];
        return taken;
    }
}
