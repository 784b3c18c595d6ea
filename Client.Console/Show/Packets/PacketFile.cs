using System.Net;
using PacketDotNet;
using RealtimeHello.Recording.Captures;
using RealtimeHello.Recording.Journals;
using SharpPcap;
using SharpPcap.LibPcap;

namespace RealtimeHello.Client.Show.Packets;

/// <summary>Packets that tcpdump, Wireshark or tshark recorded: each TCP connection is put in order, and recorded as a server would have.</summary>
internal sealed class PacketFile
{
    private readonly PacketClock clock = new();
    private readonly Journal journal;
    private readonly List<TcpFlow> flows = [];
    private readonly Dictionary<(IPEndPoint, IPEndPoint), TcpFlow> open = [];
    private long unreadable;

    private PacketFile() => journal = new Journal(
        new JournalOptions { TotalBytes = Capture.DefaultLimit, ConnectionBytes = int.MaxValue, ClosedConnections = int.MaxValue }, clock);

    /// <exception cref="InvalidDataException">It can't be read as packets. The message is one sentence.</exception>
    public static Recorded Read(string file)
    {
        var packets = new PacketFile();
        string? trouble = null;
        try
        {
            using var device = new CaptureFileReaderDevice(file);
            device.Open();
            trouble = packets.ReadAll(device);
        }
        catch (DllNotFoundException missing)
        {
            throw new InvalidDataException("Packets are read by libpcap, which is not installed: apt-get install libpcap0.8, or your system's package of that name.", missing);
        }
        catch (PcapException wrong)
        {
            throw new InvalidDataException($"libpcap says: {wrong.Message.TrimEnd('.')}.", wrong);
        }

        foreach (var flow in packets.flows) flow.EndOfFile();
        var notes = packets.flows.SelectMany(flow => flow.Notes).ToList();
        if (packets.unreadable > 0) notes.Add($"{packets.unreadable} packets could not be read, and were left out.");
        return new Recorded([.. packets.flows.Select(flow => flow.Record)], trouble, notes);
    }

    private string? ReadAll(CaptureFileReaderDevice device)
    {
        while (true)
        {
            GetPacketStatus status;
            RawCapture? raw = null;
            try
            {
                status = device.GetNextPacket(out var captured);
                if (status == GetPacketStatus.PacketRead) raw = captured.GetPacket();
            }
            catch (PcapException torn)
            {
                return $"The file can't be read to its end. libpcap says: {torn.Message.TrimEnd('.')}.";
            }

            if (status == GetPacketStatus.Error) return $"The file can't be read to its end. libpcap says: {device.LastError.TrimEnd('.')}.";
            if (raw is null) return null;
            if (journal.Size > Capture.DefaultLimit) return $"Only the first {Capture.DefaultLimit} bytes of connections were read, which is the limit.";
            Take(raw);
        }
    }

    private void Take(RawCapture raw)
    {
        TcpPacket? tcp;
        IPPacket? ip;
        try
        {
            var packet = Packet.ParsePacket(raw.LinkLayerType, raw.Data);
            tcp = packet.Extract<TcpPacket>();
            ip = packet.Extract<IPPacket>();
            if (tcp is null || ip is null) return;
            clock.Now = new DateTimeOffset(raw.Timeval.Date, TimeSpan.Zero);
            Take(new IPEndPoint(ip.SourceAddress, tcp.SourcePort), new IPEndPoint(ip.DestinationAddress, tcp.DestinationPort), tcp);
        }
        catch (Exception wrong) when (wrong is ArgumentException or IndexOutOfRangeException or InvalidOperationException or NotImplementedException or OverflowException)
        {
            // Whoever sent the packet, or cut it, is a stranger.
            unreadable++;
        }
    }

    private void Take(IPEndPoint source, IPEndPoint destination, TcpPacket tcp)
    {
        var isOpening = tcp is { Synchronize: true, Acknowledgment: false };
        if (!open.TryGetValue((source, destination), out var flow) || (isOpening && flow.HasCarried))
        {
            if (tcp.Reset) return;
            var payload = tcp.PayloadData ?? [];
            // Without its first packets, the side that asks, or that has the higher port, is taken for the client.
            var fromClient = isOpening || (!(tcp is { Synchronize: true, Acknowledgment: true })
                && (TcpFlow.LooksAsked(payload) || (!TcpFlow.LooksAnswered(payload) && source.Port > destination.Port)));
            var (client, server) = fromClient ? (source, destination) : (destination, source);
            flow = new TcpFlow(journal, $"c{flows.Count + 1}", client, server, beginsWithin: !tcp.Synchronize);
            flows.Add(flow);
            open[(client, server)] = open[(server, client)] = flow;
        }

        flow.Take(source, tcp);
    }
}
