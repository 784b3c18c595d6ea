using System.Net;
using System.Net.Sockets;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Recording.Exports;

/// <summary>One recorded connection as packets, entry by entry. Data begins at sequence number 1 in both directions.</summary>
internal sealed class TcpConversation
{
    /// <summary>An IP packet holds at most 65,535 bytes.</summary>
    private const int LongestSegment = 32 * 1024;

    /// <summary>HTTP content, which is not stored, is shown as asterisks as secrets are; a longer run is left out.</summary>
    private const int LongestShownAsMasked = 64 * 1024;

    private readonly ConnectionRecord record;
    private readonly Side client;
    private readonly Side server;
    private byte[] bytes = [];
    private JournalEntry entry;
    private bool begun;
    private bool reset;

    public TcpConversation(ConnectionRecord record)
    {
        this.record = record;
        var (remote, local) = Addresses(record);
        client = new Side(record.Perspective == Perspective.Server ? remote : local);
        server = new Side(record.Perspective == Perspective.Server ? local : remote);
    }

    /// <summary>Of the entry that stands there now.</summary>
    public long Number => entry.Number;

    /// <summary>Moves to the next entry that makes packets; false when there is none any more.</summary>
    public bool MoveNext()
    {
        while (record.Log.TryReadAfter(entry.Number, out var next, ref bytes))
        {
            entry = next;
            if (!begun || next.IsPlainRun || IsEnd(next)) return true;
        }

        return false;
    }

    /// <summary>Writes the packets of the entry that stands there now.</summary>
    public void Write(PcapngBlocks blocks)
    {
        if (!begun) Begin(blocks);
        var (from, to) = (entry.Direction == Direction.Received) == (record.Perspective == Perspective.Server) ? (client, server) : (server, client);
        if (IsEnd(entry) && !reset)
        {
            reset = entry.Kind == EntryKind.FinishedReset;
            Packet(blocks, from, to, from.Next, (reset ? TcpPacket.Flags.Rst : TcpPacket.Flags.Fin) | TcpPacket.Flags.Ack, []);
            if (!reset) from.Next++;
        }

        if (!entry.IsPlainRun) return;
        if (entry.Kind == EntryKind.Skipped && (entry.Length > LongestShownAsMasked || entry.BeginsMessage)) return;
        if (bytes.Length < entry.Length) bytes = new byte[entry.Length];
        var left = bytes.AsSpan(0, entry.Length);
        if (entry.Kind == EntryKind.Skipped) left.Fill((byte)'*');
        var sequence = (uint)(entry.Offset + 1);
        while (!left.IsEmpty)
        {
            var segment = left[..Math.Min(left.Length, LongestSegment)];
            Packet(blocks, from, to, sequence, TcpPacket.Flags.Psh | TcpPacket.Flags.Ack, segment);
            sequence += (uint)segment.Length;
            left = left[segment.Length..];
        }

        from.Next = sequence;
    }

    /// <summary>Under TLS both taps come to an end: it is the socket's own that is shown.</summary>
    private bool IsEnd(in JournalEntry ending) =>
        ending.Kind is EntryKind.FinishedFin or EntryKind.FinishedReset && record.IsSecure == (ending.Tap == TapPoint.Wire);

    private void Begin(PcapngBlocks blocks)
    {
        begun = true;
        var at = record.OpenedAt.UtcTicks;
        var (ofClient, ofServer) = LeftOut();
        client.Next = ofClient + 1;
        server.Next = ofServer + 1;
        blocks.Packet(at, TcpPacket.Build(client.Address, server.Address, ofClient, 0, TcpPacket.Flags.Syn, []), Comment());
        blocks.Packet(at, TcpPacket.Build(server.Address, client.Address, ofServer, client.Next, TcpPacket.Flags.Syn | TcpPacket.Flags.Ack, []), null);
        blocks.Packet(at, TcpPacket.Build(client.Address, server.Address, client.Next, server.Next, TcpPacket.Flags.Ack, []), null);
    }

    /// <summary>How many bytes of whole exchanges were left out at the beginning of each direction: the conversation begins behind them, and its numbers with it.</summary>
    private (uint OfClient, uint OfServer) LeftOut()
    {
        var (received, sent) = (0u, 0u);
        var (receives, sends) = (true, true);
        var number = 0L;
        var scratch = Array.Empty<byte>();
        while ((receives || sends) && record.Log.TryReadAfter(number, out var next, ref scratch))
        {
            number = next.Number;
            if (!next.IsPlainRun) continue;
            var isLeftOut = next is { Kind: EntryKind.Skipped, BeginsMessage: true };
            if (next.Direction == Direction.Received && receives) (receives, received) = (isLeftOut, received + (isLeftOut ? (uint)next.Length : 0));
            else if (next.Direction == Direction.Sent && sends) (sends, sent) = (isLeftOut, sent + (isLeftOut ? (uint)next.Length : 0));
        }

        return record.Perspective == Perspective.Server ? (received, sent) : (sent, received);
    }

    private void Packet(PcapngBlocks blocks, Side from, Side to, uint sequence, TcpPacket.Flags flags, ReadOnlySpan<byte> payload) =>
        blocks.Packet(entry.Ticks, TcpPacket.Build(from.Address, to.Address, sequence, to.Next, flags, payload), null);

    private string Comment()
    {
        var lines = new List<string> { $"RealtimeHello connection {record.Id}" + (record.UserName is { } user ? $", user {PrintableText.OneLine(user, 80)}" : "") };
        lines.Add("Made from recorded byte runs: handshake, acknowledgements and segment borders are not the wire's. Secrets and HTTP content are not stored and shown as asterisks.");
        if (record.IsSecure) lines.Add("The connection runs over TLS; these are the decrypted bytes, and port 443 is shown as 80.");
        if (record.Log.EvictedBytes > 0) lines.Add($"{record.Log.EvictedBytes} bytes were evicted from the journal and are missing.");
        if (record.Close is { } close) lines.Add($"Closed by {close.By} at {LayerNames.Of(close.Layer)}, {close.Cause}: {PrintableText.OneLine(close.Sentence, 300)}");
        return string.Join('\n', lines);
    }

    /// <summary>Of one family; what is no IP address, such as a Unix socket, is loopback.</summary>
    private static (IPEndPoint Remote, IPEndPoint Local) Addresses(ConnectionRecord record)
    {
        var remote = Parse(record.Remote, 49152);
        var local = Parse(record.Local, 80);
        if (remote.AddressFamily == local.AddressFamily) return (remote, local);
        return (new IPEndPoint(remote.Address.MapToIPv6(), remote.Port), new IPEndPoint(local.Address.MapToIPv6(), local.Port));

        IPEndPoint Parse(string text, int otherwise)
        {
            if (!IPEndPoint.TryParse(text, out var address)) return new IPEndPoint(IPAddress.Loopback, otherwise);
            if (address.Address.IsIPv4MappedToIPv6) address.Address = address.Address.MapToIPv4();
            // Wireshark takes what it sees at this port for TLS, which it is not any more.
            if (record.IsSecure && address.Port == 443) address.Port = 80;
            return address;
        }
    }

    private sealed class Side(IPEndPoint address)
    {
        public IPEndPoint Address => address;

        /// <summary>The sequence number of the next byte.</summary>
        public uint Next { get; set; } = 1;
    }
}
