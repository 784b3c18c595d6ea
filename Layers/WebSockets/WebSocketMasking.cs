using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace RealtimeHello.Layers.WebSockets;

/// <summary>RFC 6455 5.3: each byte of the payload is combined with one of the masking key's four, in turn.</summary>
internal static class WebSocketMasking
{
    /// <summary>Unmasks <paramref name="source"/>, whose first byte stands at <paramref name="position"/> of its payload, into <paramref name="destination"/>.</summary>
    public static void Unmask(ReadOnlySpan<byte> source, Span<byte> destination, uint key, long position)
    {
        Span<byte> turn = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(turn, uint.RotateLeft(key, 8 * (int)(position & 3)));
        turn[..4].CopyTo(turn[4..]);
        var turns = MemoryMarshal.Read<ulong>(turn);

        var wide = MemoryMarshal.Cast<byte, ulong>(source);
        var wideDestination = MemoryMarshal.Cast<byte, ulong>(destination[..source.Length]);
        for (var i = 0; i < wide.Length; i++) wideDestination[i] = wide[i] ^ turns;
        for (var i = wide.Length * 8; i < source.Length; i++) destination[i] = (byte)(source[i] ^ turn[i & 3]);
    }
}
