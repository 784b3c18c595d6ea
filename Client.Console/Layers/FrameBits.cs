using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using RealtimeHello.Layers;
using RealtimeHello.Layers.WebSockets;

namespace RealtimeHello.Client.Layers;

/// <summary>A frame bit by bit, as RFC 6455 5.2 draws it: the bytes on the left, which of their bits a field takes, and what they say.</summary>
internal static class FrameBits
{
    /// <summary>Bytes of the payload that are shown; of more only the number is said.</summary>
    public const int ShownPayload = 64;

    private const int BytesInRow = 16;
    private const int BytesColumn = 13;
    private const int BitsColumn = 11;

    /// <param name="header">What the frame's header says.</param>
    /// <param name="bytes">The frame from its first byte on, as far as it is known; fewer bytes than the header has are none.</param>
    public static IEnumerable<string> Lines(WebSocketFrameHeader header, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < header.HeaderLength)
        {
            yield return "the bytes of this frame are not kept any more";
            yield break;
        }

        var (first, second) = (bytes.Span[0], bytes.Span[1]);
        yield return Line($"{first:x2}", Bits(first, 0x80), $"FIN {Bit(header.Fin)}: {(header.Fin ? "the last frame of its message" : "the message goes on in another frame")}");
        yield return Line("", Bits(first, 0x70), Reserved(header));
        yield return Line("", Bits(first, 0x0f), $"opcode {(int)header.Opcode:x}: {Meaning(header.Opcode)}");
        yield return Line($"{second:x2}", Bits(second, 0x80), $"MASK {Bit(header.Masked)}: {(header.Masked ? "masked, as all frames from a client" : "not masked, as all frames from a server")}");
        yield return Line("", Bits(second, 0x7f), ShortLength(second & 0x7f));
        var at = 2;
        if ((second & 0x7f) >= 126)
        {
            var size = (second & 0x7f) == 126 ? 2 : 8;
            foreach (var line in Wide(bytes.Slice(at, size), $"extended payload length: {header.PayloadLength.ToString("N0", CultureInfo.InvariantCulture)} bytes")) yield return line;
            at += size;
        }

        if (header.Masked)
        {
            foreach (var line in Wide(bytes.Slice(at, 4), "masking key")) yield return line;
            at += 4;
        }

        foreach (var line in Payload(header, bytes[at..])) yield return line;
    }

    private static IEnumerable<string> Payload(WebSocketFrameHeader header, ReadOnlyMemory<byte> onWire)
    {
        if (header.PayloadLength == 0) yield break;
        onWire = onWire[..Math.Min(onWire.Length, ShownPayload)];
        if (onWire.IsEmpty)
        {
            yield return "the payload is on its way";
            yield break;
        }

        if (header.Masked)
        {
            foreach (var line in Wide(onWire, "payload, masked")) yield return line;
        }

        var payload = onWire.ToArray();
        if (header.Masked) Unmask(payload, header.MaskingKey);
        foreach (var line in Wide(payload, header.Masked ? "payload, unmasked" : "payload")) yield return line;
        var meaning = header.Opcode == WebSocketOpcode.Close && payload.Length >= 2
            ? $"close code {BinaryPrimitives.ReadUInt16BigEndian(payload)}, {WebSocketCloseCodes.NameOf(BinaryPrimitives.ReadUInt16BigEndian(payload))}"
                + (payload.Length == 2 ? "" : $"; reason: {Encoding.UTF8.GetString(payload, 2, payload.Length - 2)}")
            : header.Rsv1 ? "compressed (RFC 7692)"
            : header.Opcode == WebSocketOpcode.Text ? $"as UTF-8: {Encoding.UTF8.GetString(payload)}"
            : null;
        if (meaning is not null) yield return Line("", "", meaning);
        if (header.PayloadLength > (ulong)payload.Length)
            yield return Line("", "", $"... and {(header.PayloadLength - (ulong)payload.Length).ToString("N0", CultureInfo.InvariantCulture)} bytes more");
    }

    /// <summary>RFC 6455 5.3.</summary>
    private static void Unmask(Span<byte> payload, uint key)
    {
        for (var i = 0; i < payload.Length; i++) payload[i] ^= (byte)(key >> (24 - (8 * (i & 3))));
    }

    /// <summary>Bytes that take more than one column, sixteen a row; what they are is said in the first.</summary>
    private static IEnumerable<string> Wide(ReadOnlyMemory<byte> bytes, string what)
    {
        for (var at = 0; at < bytes.Length; at += BytesInRow)
        {
            var row = bytes.Slice(at, Math.Min(BytesInRow, bytes.Length - at));
            var hex = string.Join(' ', Convert.ToHexStringLower(row.Span).Chunk(2).Select(pair => new string(pair)));
            yield return at == 0 ? $"{hex.PadRight(BytesColumn + BitsColumn - 1)} {what}" : hex;
        }
    }

    private static string Line(string bytes, string bits, string what) => bytes.PadRight(BytesColumn) + bits.PadRight(BitsColumn) + what;

    /// <summary>The bits of a byte that a field takes; dots for the others.</summary>
    private static string Bits(byte value, byte mask)
    {
        var text = new StringBuilder(9);
        for (var bit = 7; bit >= 0; bit--)
        {
            if (bit == 3) text.Append(' ');
            text.Append((mask >> bit & 1) == 0 ? '.' : (value >> bit & 1) == 0 ? '0' : '1');
        }

        return text.ToString();
    }

    private static int Bit(bool value) => value ? 1 : 0;

    private static string Reserved(WebSocketFrameHeader header) => (header.Rsv1, header.Rsv2 || header.Rsv3) switch
    {
        (false, false) => "RSV1-3 0: no extension",
        (true, false) => "RSV1 1: compressed (permessage-deflate)",
        _ => $"RSV1-3 {Bit(header.Rsv1)}{Bit(header.Rsv2)}{Bit(header.Rsv3)}: reserved for extensions",
    };

    private static string ShortLength(int length) => length switch
    {
        126 => "length 126: the next 2 bytes say it",
        127 => "length 127: the next 8 bytes say it",
        _ => $"length {length}",
    };

    private static string Meaning(WebSocketOpcode opcode) => opcode switch
    {
        WebSocketOpcode.Continuation => "continuation of the message",
        WebSocketOpcode.Text => "text",
        WebSocketOpcode.Binary => "binary",
        WebSocketOpcode.Close => "close",
        WebSocketOpcode.Ping => "ping",
        WebSocketOpcode.Pong => "pong",
        _ => "not defined",
    };
}
