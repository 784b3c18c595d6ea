using System.Net;
using PacketDotNet;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Captures;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Recording.Masking;
using SharpPcap;
using SharpPcap.LibPcap;

namespace RealtimeHello.Client.Show.Packets;

/// <summary>Packets that tcpdump, Wireshark or tshark recorded: each TCP connection is put in order, and recorded as a server would have.</summary>
internal sealed class PacketFile
{
    /// <summary>Connections with bytes that are recorded; what begins later is left out.</summary>
    public const int MostRecorded = 16 * 1024;

    /// <summary>Connections without a byte that are recorded: a few tell of refusals, many are a scan.</summary>
    public const int MostEmpty = 1_000;

    /// <summary>Connections of which a packet may still tell something, at most; the oldest without a byte are forgotten first.</summary>
    private const int MostPending = 32 * 1024;

    /// <summary>Sentences about single connections.</summary>
    private const int MostNotes = 100;

    private readonly PacketClock clock = new();
    private readonly SecretNames secrets = new();
    private readonly Journal journal;
    private readonly List<TcpFlow> recorded = [];
    private readonly Queue<TcpFlow> pending = new();
    private readonly Dictionary<(IPEndPoint, IPEndPoint), TcpFlow> open = [];
    private long count;
    private long waiting;
    private int empty;
    private long leftOut;
    private long emptyLeftOut;
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

        packets.End();
        var told = packets.recorded.SelectMany(flow => flow.Notes).ToList();
        List<string> notes = [.. told.Take(MostNotes)];
        if (told.Count > MostNotes) notes.Add($"There is as much to be said of other connections: {told.Count - MostNotes} sentences more.");
        if (packets.leftOut > 0) notes.Add($"Only the first {MostRecorded} connections with bytes were read, which is the limit; what began later was left out.");
        if (packets.emptyLeftOut > 0) notes.Add($"{packets.emptyLeftOut} connections without a byte were left out, as of a scan.");
        if (packets.unreadable > 0) notes.Add($"{packets.unreadable} packets could not be read, and were left out.");
        return new Recorded([.. packets.recorded.Select(flow => flow.Record!).OrderBy(record => record.OpenedAt)], trouble, notes);
    }

    private void End()
    {
        // Those that are not recorded yet may come to be.
        foreach (var flow in recorded.ToList()) flow.EndOfFile();
        foreach (var flow in pending) if (flow.Record is null && !flow.HasCarried) flow.EndOfFile();
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
            if (journal.Size + waiting > Capture.DefaultLimit) return $"Only the first {Capture.DefaultLimit} bytes of connections were read, which is the limit.";
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
            var id = $"c{++count}";
            flow = new TcpFlow(client, server, clock.Now, beginsWithin: !tcp.Synchronize, (begun, hasBytes) => Record(begun, id, hasBytes));
            open[(client, server)] = open[(server, client)] = flow;
            ForgetOldest();
            pending.Enqueue(flow);
        }

        var before = flow.WaitingBytes;
        flow.Take(source, tcp);
        waiting += flow.WaitingBytes - before;
    }

    private ConnectionRecorder? Record(TcpFlow flow, string id, bool hasBytes)
    {
        if (hasBytes ? recorded.Count - empty >= MostRecorded : empty >= MostEmpty)
        {
            if (hasBytes) leftOut++;
            else emptyLeftOut++;
            return null;
        }

        if (!hasBytes) empty++;
        recorded.Add(flow);
        // It is opened as of its first packet.
        var now = clock.Now;
        clock.Now = flow.BeganAt;
        var recorder = journal.Open(id, Perspective.Server, $"{flow.Client}", $"{flow.Server}", secrets);
        clock.Now = now;
        return recorder;
    }

    private void ForgetOldest()
    {
        while (pending.Count >= MostPending)
        {
            var oldest = pending.Dequeue();
            if (oldest.Record is not null) continue;
            if (!oldest.HasCarried) emptyLeftOut++;
            foreach (var key in ((IPEndPoint, IPEndPoint)[])[(oldest.Client, oldest.Server), (oldest.Server, oldest.Client)])
                if (open.TryGetValue(key, out var current) && current == oldest) open.Remove(key);
        }
    }
}
