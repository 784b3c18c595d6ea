using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace RealtimeHello.Recording.Exports;

/// <summary>Builds IP packets that carry a TCP segment, with valid checksums (RFC 791, RFC 8200, RFC 9293).</summary>
internal static class TcpPacket
{
    private const int Ip4Header = 20;
    private const int Ip6Header = 40;
    private const int TcpHeader = 20;
    private const byte ProtocolTcp = 6;
    private const byte HopLimit = 64;

    /// <summary>The flags of a segment (RFC 9293 3.1).</summary>
    [Flags]
    public enum Flags : byte
    {
        Fin = 1,
        Syn = 2,
        Rst = 4,
        Psh = 8,
        Ack = 16,
    }

    /// <summary>The whole packet. Both addresses are of one family.</summary>
    public static byte[] Build(IPEndPoint from, IPEndPoint to, uint sequence, uint acknowledged, Flags flags, ReadOnlySpan<byte> payload)
    {
        var isIp4 = from.AddressFamily == AddressFamily.InterNetwork;
        var header = isIp4 ? Ip4Header : Ip6Header;
        var packet = new byte[header + TcpHeader + payload.Length];
        if (isIp4) WriteIp4(packet, from.Address, to.Address);
        else WriteIp6(packet, from.Address, to.Address);

        var tcp = packet.AsSpan(header);
        BinaryPrimitives.WriteUInt16BigEndian(tcp, (ushort)from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], (ushort)to.Port);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], acknowledged);
        tcp[12] = TcpHeader / 4 << 4;
        tcp[13] = (byte)flags;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], ushort.MaxValue); // the window
        payload.CopyTo(tcp[TcpHeader..]);

        // The pseudo-header: both addresses, the protocol and the length.
        var addresses = isIp4 ? packet.AsSpan(12, 8) : packet.AsSpan(8, 32);
        var sum = Sum(addresses, ProtocolTcp + (uint)tcp.Length);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], Fold(Sum(tcp, sum)));
        return packet;
    }

    private static void WriteIp4(Span<byte> packet, IPAddress from, IPAddress to)
    {
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)packet.Length);
        packet[6] = 0x40; // don't fragment
        packet[8] = HopLimit;
        packet[9] = ProtocolTcp;
        from.TryWriteBytes(packet[12..], out _);
        to.TryWriteBytes(packet[16..], out _);
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], Fold(Sum(packet[..Ip4Header], 0)));
    }

    private static void WriteIp6(Span<byte> packet, IPAddress from, IPAddress to)
    {
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)(packet.Length - Ip6Header));
        packet[6] = ProtocolTcp;
        packet[7] = HopLimit;
        from.TryWriteBytes(packet[8..], out _);
        to.TryWriteBytes(packet[24..], out _);
    }

    /// <summary>RFC 1071: the sum of 16-bit words.</summary>
    private static uint Sum(ReadOnlySpan<byte> bytes, uint sum)
    {
        for (; bytes.Length > 1; bytes = bytes[2..]) sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        return bytes.IsEmpty ? sum : sum + ((uint)bytes[0] << 8);
    }

    private static ushort Fold(uint sum)
    {
        while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }
}
