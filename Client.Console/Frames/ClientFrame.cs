using System.Buffers.Binary;
using System.Security.Cryptography;
using RealtimeHello.Layers.WebSockets;

namespace RealtimeHello.Client.Frames;

/// <summary>A WebSocket frame as a client sends it (RFC 6455 5.2): masked with a key of its own.</summary>
internal static class ClientFrame
{
    private const int KeyLength = 4;

    /// <param name="opcode">What it is.</param>
    /// <param name="payload">Of a control frame at most 125 bytes.</param>
    /// <param name="fin">The last frame of its message.</param>
    /// <returns>The frame as it stands on the wire.</returns>
    public static byte[] Of(WebSocketOpcode opcode, ReadOnlySpan<byte> payload, bool fin = true)
    {
        var size = payload.Length < 126 ? 2 : payload.Length <= ushort.MaxValue ? 4 : 10;
        var frame = new byte[size + KeyLength + payload.Length];
        frame[0] = (byte)((fin ? 0x80 : 0) | (byte)opcode);
        frame[1] = (byte)(0x80 | (size switch { 2 => payload.Length, 4 => 126, _ => 127 }));
        if (size == 4) BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)payload.Length);
        if (size == 10) BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(2), (ulong)payload.Length);
        RandomNumberGenerator.Fill(frame.AsSpan(size, KeyLength));
        for (var i = 0; i < payload.Length; i++) frame[size + KeyLength + i] = (byte)(payload[i] ^ frame[size + (i & 3)]);
        return frame;
    }
}
