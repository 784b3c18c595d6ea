using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace RealtimeHello.Recording.Exports;

/// <summary>
/// Writes blocks of a pcapng file, in little-endian order: section header, one interface of raw IP packets, packets.
/// <code>
/// | type (32) | total length (32) | body, padded to 32 bits | total length (32) |
/// </code>
/// </summary>
/// <remarks>https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html</remarks>
internal sealed class PcapngBlocks(IBufferWriter<byte> output)
{
    private const uint SectionHeader = 0x0A0D0D0A;
    private const uint InterfaceDescription = 1;
    private const uint EnhancedPacket = 6;
    private const uint ByteOrderMagic = 0x1A2B3C4D;
    private const ushort RawIp = 101;
    private const ushort EndOfOptions = 0;
    private const ushort Comment = 1;
    private const ushort InterfaceName = 2;
    private const ushort UserApplication = 4;
    private const ushort TimestampResolution = 9;

    private readonly ArrayBufferWriter<byte> body = new();

    /// <summary>Times are given in units of 100 ns, as ticks are.</summary>
    public void Begin(string application, string interfaceName)
    {
        UInt32(ByteOrderMagic);
        UInt16(1); // version 1.0
        UInt16(0);
        UInt64(ulong.MaxValue); // the section's length is not given
        Option(UserApplication, application);
        Option(EndOfOptions, []);
        End(SectionHeader);

        UInt16(RawIp);
        UInt16(0);
        UInt32(0); // packets are not cut
        Option(InterfaceName, interfaceName);
        Option(TimestampResolution, [7]); // 10^-7 s
        Option(EndOfOptions, []);
        End(InterfaceDescription);
    }

    /// <param name="ticks">UTC ticks.</param>
    /// <param name="packet">An IP packet.</param>
    /// <param name="comment">What Wireshark shows beside it, if anything.</param>
    public void Packet(long ticks, ReadOnlySpan<byte> packet, string? comment)
    {
        var units = (ulong)(ticks - DateTime.UnixEpoch.Ticks);
        UInt32(0); // the interface
        UInt32((uint)(units >> 32));
        UInt32((uint)units);
        UInt32((uint)packet.Length);
        UInt32((uint)packet.Length);
        Padded(packet);
        if (comment is not null)
        {
            Option(Comment, comment);
            Option(EndOfOptions, []);
        }

        End(EnhancedPacket);
    }

    private void End(uint type)
    {
        var length = (uint)body.WrittenCount + 12;
        Span<byte> frame = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, type);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], length);
        output.Write(frame);
        output.Write(body.WrittenSpan);
        output.Write(frame[4..]);
        body.ResetWrittenCount();
    }

    private void Option(ushort code, string text) => Option(code, Encoding.UTF8.GetBytes(text));

    private void Option(ushort code, ReadOnlySpan<byte> value)
    {
        UInt16(code);
        UInt16((ushort)value.Length);
        Padded(value);
    }

    private void Padded(ReadOnlySpan<byte> bytes)
    {
        body.Write(bytes);
        body.Write(new byte[-bytes.Length & 3]);
    }

    private void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(body.GetSpan(2), value);
        body.Advance(2);
    }

    private void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(body.GetSpan(4), value);
        body.Advance(4);
    }

    private void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(body.GetSpan(8), value);
        body.Advance(8);
    }
}
