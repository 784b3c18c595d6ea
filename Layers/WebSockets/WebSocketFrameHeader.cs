using System.Buffers;
using System.Buffers.Binary;

namespace RealtimeHello.Layers.WebSockets;

/// <summary>A frame's header (RFC 6455 5.2), 2 to 14 bytes.</summary>
/// <remarks>
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-------+-+-------------+-------------------------------+
/// |F|R|R|R| opcode|M| Payload len |    Extended payload length    |
/// |I|S|S|S|  (4)  |A|     (7)     |   (16 when len is 126,        |
/// |N|V|V|V|       |S|             |    64 when len is 127)        |
/// | |1|2|3|       |K|             |                               |
/// +-+-+-+-+-------+-+-------------+-------------------------------+
/// |              Masking-key (32, when MASK is set)               |
/// +---------------------------------------------------------------+
/// </code>
/// </remarks>
public readonly record struct WebSocketFrameHeader
{
    /// <summary>The longest header: two bytes, a 64-bit length and a masking key.</summary>
    public const int MaximumLength = 14;

    /// <summary>The last frame of its message.</summary>
    public required bool Fin { get; init; }

    /// <summary>With permessage-deflate (RFC 7692): the message is compressed.</summary>
    public required bool Rsv1 { get; init; }

    /// <summary>Reserved.</summary>
    public required bool Rsv2 { get; init; }

    /// <summary>Reserved.</summary>
    public required bool Rsv3 { get; init; }

    /// <summary>What the frame is; values that RFC 6455 does not define are kept as they are.</summary>
    public required WebSocketOpcode Opcode { get; init; }

    /// <summary>A masking key follows: every frame from a client has one, none from a server.</summary>
    public required bool Masked { get; init; }

    /// <summary>Bytes of payload. The wire can say up to 2^64-1; what has its highest bit set is a fault and shown as it is.</summary>
    public required ulong PayloadLength { get; init; }

    /// <summary>The masking key as it stands on the wire, the first byte highest; 0 without one.</summary>
    public required uint MaskingKey { get; init; }

    /// <summary>Bytes of this header on the wire: 2 to 14.</summary>
    public required int HeaderLength { get; init; }

    /// <summary>Close, ping or pong, or an undefined opcode of that half.</summary>
    public bool IsControl => ((byte)Opcode & 0x8) != 0;

    /// <summary>
    /// Reads a header from the beginning of <paramref name="bytes"/>. Reads only: whether what it says is allowed is for the caller to judge.
    /// </summary>
    /// <returns><see cref="OperationStatus.Done"/>, or <see cref="OperationStatus.NeedMoreData"/>.</returns>
    public static OperationStatus TryRead(ReadOnlySpan<byte> bytes, out WebSocketFrameHeader header)
    {
        header = default;
        if (bytes.Length < 2) return OperationStatus.NeedMoreData;

        var masked = (bytes[1] & 0x80) != 0;
        var shortLength = bytes[1] & 0x7F;
        var lengthBytes = shortLength switch { 126 => 2, 127 => 8, _ => 0 };
        var headerLength = 2 + lengthBytes + (masked ? 4 : 0);
        if (bytes.Length < headerLength) return OperationStatus.NeedMoreData;

        header = new WebSocketFrameHeader
        {
            Fin = (bytes[0] & 0x80) != 0,
            Rsv1 = (bytes[0] & 0x40) != 0,
            Rsv2 = (bytes[0] & 0x20) != 0,
            Rsv3 = (bytes[0] & 0x10) != 0,
            Opcode = (WebSocketOpcode)(bytes[0] & 0x0F),
            Masked = masked,
            PayloadLength = shortLength switch
            {
                126 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
                127 => BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]),
                _ => (ulong)shortLength,
            },
            MaskingKey = masked ? BinaryPrimitives.ReadUInt32BigEndian(bytes[(2 + lengthBytes)..]) : 0,
            HeaderLength = headerLength,
        };
        return OperationStatus.Done;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Opcode switch
        {
            WebSocketOpcode.Continuation => "continuation",
            WebSocketOpcode.Text => "text",
            WebSocketOpcode.Binary => "binary",
            WebSocketOpcode.Close => "close",
            WebSocketOpcode.Ping => "ping",
            WebSocketOpcode.Pong => "pong",
            var other => $"opcode 0x{(byte)other:X}",
        }} {PayloadLength} B{(Fin ? "" : ", more follows")}{(Masked ? ", masked" : "")}{(Rsv1 ? ", RSV1" : "")}{(Rsv2 ? ", RSV2" : "")}{(Rsv3 ? ", RSV3" : "")}";
}
