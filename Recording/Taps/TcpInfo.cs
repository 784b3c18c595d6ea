using System.Buffers.Binary;
using System.Net.Sockets;
using RealtimeHello.Layers.Tcp;

namespace RealtimeHello.Recording.Taps;

/// <summary>Linux <c>struct tcp_info</c> (linux/tcp.h) of a socket.</summary>
public static class TcpInfo
{
    private const int ProtocolTcp = 6;
    private const int OptionTcpInfo = 11;
    private const int LengthThatIsRead = 192;

    /// <summary>The kernel's figures; null on other systems, and for a socket that is gone.</summary>
    public static TcpStatistics? Read(Socket socket)
    {
        if (!OperatingSystem.IsLinux() || socket.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)) return null;
        Span<byte> info = stackalloc byte[LengthThatIsRead];
        try
        {
            if (socket.GetRawSocketOption(ProtocolTcp, OptionTcpInfo, info) < LengthThatIsRead) return null;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return null;
        }

        return new TcpStatistics(
            RttMicroseconds: UInt32(info, 68),
            RttVarianceMicroseconds: UInt32(info, 72),
            MinimumRttMicroseconds: UInt32(info, 148),
            Retransmits: UInt32(info, 100),
            Unacknowledged: UInt32(info, 24),
            NotSentBytes: UInt32(info, 144))
        {
            LastDataReceivedMilliseconds = UInt32(info, 52),
            LastAcknowledgementMilliseconds = UInt32(info, 56),
            DeliveryRate = (long)UInt64(info, 160),
            ReceiveWindowLimitedMicroseconds = (long)UInt64(info, 176),
            SendBufferLimitedMicroseconds = (long)UInt64(info, 184),
        };
    }

    // The kernel writes in the machine's own byte order.
    private static uint UInt32(ReadOnlySpan<byte> info, int at) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(info[at..]) : BinaryPrimitives.ReadUInt32BigEndian(info[at..]);

    private static ulong UInt64(ReadOnlySpan<byte> info, int at) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt64LittleEndian(info[at..]) : BinaryPrimitives.ReadUInt64BigEndian(info[at..]);
}
