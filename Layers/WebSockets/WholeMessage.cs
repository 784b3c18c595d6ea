using System.Buffers.Binary;
using RealtimeHello.Layers.SignalR;

namespace RealtimeHello.Layers.WebSockets;

/// <summary>
/// What lifecycle depth has to know of bytes that are one whole message of a server in one frame. Who was told it once need not look at the bytes again: of a message that goes to hundreds of connections, they are in no
/// cache by the time at which each of them is decoded.
/// </summary>
public readonly struct WholeMessage
{
    private const uint Compressed = 1u << 31;

    /// <summary>Of MessagePack: the last hub message goes on behind it, or there is none.</summary>
    private const ushort NotWhole = ushort.MaxValue;

    private readonly uint lengthAndFlag;
    private readonly ushort jsonMessages;
    private readonly ushort messagePackMessages;

    private WholeMessage(int length, bool isCompressed, ushort jsonMessages, ushort messagePackMessages)
    {
        lengthAndFlag = (uint)length | (isCompressed ? Compressed : 0);
        this.jsonMessages = jsonMessages;
        this.messagePackMessages = messagePackMessages;
    }

    /// <summary>Bytes on the wire, the frame's header included; at most 65,539.</summary>
    public int Length => (int)(lengthAndFlag & ~Compressed);

    /// <summary>RSV1 is set (RFC 7692 6).</summary>
    internal bool IsCompressed => (lengthAndFlag & Compressed) != 0;

    /// <summary>As many hub messages end in it if they are JSON.</summary>
    internal int JsonMessages => jsonMessages;

    /// <summary>As many hub messages it consists of if they are MessagePack; null: not of whole ones.</summary>
    internal int? MessagePackMessages => messagePackMessages == NotWhole ? null : messagePackMessages;

    /// <summary>Looks at bytes as they stand on the wire.</summary>
    /// <returns>Null: they are something else, or the message is larger than 65,535 bytes.</returns>
    public static WholeMessage? Of(ReadOnlySpan<byte> bytes)
    {
        if (!TryFindPayload(bytes, out var start, out var isCompressed)) return null;
        var payload = bytes[start..];
        return new WholeMessage(bytes.Length, isCompressed, (ushort)HubMessageCounter.CountJson(payload), (ushort)(HubMessageCounter.CountWholeMessagePack(payload) ?? NotWhole));
    }

    /// <summary>One frame, unmasked, with FIN and a text or binary opcode, that begins and ends with the bytes (RFC 6455 5.2).</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="payload">Where its payload begins.</param>
    /// <param name="isCompressed">RSV1 is set.</param>
    internal static bool TryFindPayload(ReadOnlySpan<byte> bytes, out int payload, out bool isCompressed)
    {
        (payload, isCompressed) = (0, false);
        if (bytes.Length < 2 || (bytes[0] & 0xBF) is not (0x81 or 0x82)) return false;
        isCompressed = (bytes[0] & 0x40) != 0;
        int length = bytes[1];
        payload = length < 126 ? 2 : 4;
        if (payload == 4)
        {
            // A masked frame, a longer one, or one whose length takes more bytes than it needs.
            if (length != 126 || bytes.Length < 4) return false;
            length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
            if (length < 126) return false;
        }

        return length == bytes.Length - payload;
    }
}
