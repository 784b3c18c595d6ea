using System.Diagnostics.CodeAnalysis;
using System.Net;
using PacketDotNet;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Recording.Taps;

namespace RealtimeHello.Client.Show.Packets;

/// <summary>
/// One TCP connection out of its packets (RFC 9293): each direction's bytes in order and once, handed to a recorder as a server's tap would. Of packets
/// that run ahead, a bounded number waits; where one is missing for good, that direction ends with a gap. There is no recorder before there are bytes
/// or an end, since of most packets of a scan nothing more comes.
/// </summary>
internal sealed class TcpFlow
{
    private readonly IPEndPoint client;
    private readonly Func<TcpFlow, bool, ConnectionRecorder?> open;
    private readonly bool beginsWithin;
    private readonly Lane received = new(Direction.Received);
    private readonly Lane sent = new(Direction.Sent);
    private ConnectionRecorder? recorder;
    private IByteTap? tap;
    private bool isClosed;

    /// <param name="client">Who opened it.</param>
    /// <param name="server">Who took it.</param>
    /// <param name="at">When its first packet was recorded.</param>
    /// <param name="beginsWithin">That packet is not its first.</param>
    /// <param name="open">Opens its record when there is something to record; told whether bytes are. Null: it is left out.</param>
    public TcpFlow(IPEndPoint client, IPEndPoint server, DateTimeOffset at, bool beginsWithin, Func<TcpFlow, bool, ConnectionRecorder?> open) =>
        (this.client, Server, BeganAt, this.beginsWithin, this.open) = (client, server, at, beginsWithin, open);

    public IPEndPoint Client => client;

    public IPEndPoint Server { get; }

    public DateTimeOffset BeganAt { get; }

    /// <summary>Null until there are bytes or an end, and when it is left out.</summary>
    public ConnectionRecord? Record { get; private set; }

    /// <summary>Bytes that wait for others.</summary>
    public int WaitingBytes => received.WaitingBytes + sent.WaitingBytes;

    /// <summary>What is to be known of how its packets came.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>It was more than asked for: another SYN between the same ports is another connection.</summary>
    public bool HasCarried => isClosed || received.Delivered + sent.Delivered > 0;

    /// <summary>The beginning of an HTTP request, or of a TLS ClientHello.</summary>
    public static bool LooksAsked(ReadOnlySpan<byte> payload) => payload.StartsWith("GET "u8) || payload.StartsWith("POST "u8) || (payload.Length > 5 && payload[0] == 0x16 && payload[5] == 1);

    /// <summary>The beginning of an HTTP response, or of a TLS ServerHello.</summary>
    public static bool LooksAnswered(ReadOnlySpan<byte> payload) => payload.StartsWith("HTTP/1."u8) || (payload.Length > 5 && payload[0] == 0x16 && payload[5] == 2);

    public void Take(IPEndPoint source, TcpPacket packet)
    {
        if (isClosed) return;
        var lane = source.Equals(client) ? received : sent;
        if (packet.Reset)
        {
            if (!Begin(WaitingBytes > 0)) return;
            tap.Ended(lane.Direction, StreamEnding.Reset, "a packet with RST");
            Close();
            return;
        }

        if (packet.Synchronize) lane.Begin(packet.SequenceNumber + 1);
        lane.Take(packet.Synchronize ? packet.SequenceNumber + 1 : packet.SequenceNumber, packet.PayloadData ?? [], packet.Finished);
        Deliver(lane);
        if (lane.IsTooFarAhead) GiveUp(lane);
        if (received.IsOver && sent.IsOver) Close();
    }

    /// <summary>No packet follows: what waited for a missing one waits in vain.</summary>
    public void EndOfFile()
    {
        if (!isClosed) Begin(WaitingBytes > 0);
        if (Record is null) return;
        foreach (var lane in (Lane[])[received, sent])
        {
            if (lane.Waiting > 0 && !isClosed) GiveUp(lane);
            if (lane.Repeated > 0) Notes.Add($"{Record!.Id}: {lane.Repeated} packets {lane.Sender} came again (retransmission), and count once.");
            if (lane.Overtaken > 0) Notes.Add($"{Record!.Id}: {lane.Overtaken} packets {lane.Sender} came before those under them, and were put in order.");
        }
    }

    [MemberNotNullWhen(true, nameof(recorder), nameof(tap))]
    private bool Begin(bool hasBytes)
    {
        if (recorder is not null && tap is not null) return true;
        recorder = open(this, hasBytes);
        if (recorder is null)
        {
            isClosed = true;
            tap = null;
            return false;
        }

        tap = RecorderTap.OfSocket(recorder);
        Record = recorder.Record;
        if (beginsWithin) Notes.Add($"{Record.Id}: the file begins within this connection; what was before is not there.");
        return true;
    }

    private void Deliver(Lane lane)
    {
        while (lane.Next() is { } bytes)
        {
            if (!Begin(hasBytes: true)) return;
            tap.Bytes(lane.Direction, bytes);
        }

        if (!lane.EndsHere() || !Begin(hasBytes: false)) return;
        tap.Ended(lane.Direction, StreamEnding.Finished, null);
    }

    private void GiveUp(Lane lane)
    {
        if (!Begin(hasBytes: true)) return;
        var missing = lane.GiveUp();
        recorder.Fact(new Gap(Layer.Tcp, missing, $"the file lacks packets {lane.Sender}, and what followed them can't be decoded"));
        Notes.Add($"{Record!.Id}: {missing} bytes {lane.Sender} are not in the file; what followed them is not decoded.");
    }

    private void Close()
    {
        isClosed = true;
        recorder?.Close();
        // The record stays; its decoders need not.
        (recorder, tap) = (null, null);
    }

    /// <summary>One direction. Sequence numbers wrap around; their difference is what counts (RFC 9293 3.4).</summary>
    private sealed class Lane(Direction direction)
    {
        private const int MostWaiting = 4 * 1024 * 1024;
        private const int MostPackets = 8 * 1024;

        private readonly Dictionary<uint, byte[]> waiting = [];
        private uint next;
        private uint? finish;
        private bool hasBegun;
        private bool isLost;
        private int waitingBytes;

        public Direction Direction => direction;

        /// <summary>For people.</summary>
        public string Sender => direction == Direction.Received ? "from the client" : "from the server";

        public long Delivered { get; private set; }

        public int Waiting => waiting.Count;

        public int WaitingBytes => waitingBytes;

        public long Repeated { get; private set; }

        public long Overtaken { get; private set; }

        /// <summary>Its FIN was reached, or can't be reached any more though it was seen.</summary>
        public bool IsOver { get; private set; }

        public bool IsTooFarAhead => waitingBytes > MostWaiting || waiting.Count > MostPackets;

        public void Begin(uint sequence)
        {
            if (hasBegun) return;
            (hasBegun, next) = (true, sequence);
        }

        public void Take(uint sequence, byte[] payload, bool finished)
        {
            Begin(sequence);
            if (finished) finish ??= sequence + (uint)payload.Length;
            if (isLost) IsOver |= finished;
            if (isLost || payload.Length == 0) return;
            var ahead = unchecked((int)(sequence - next));
            if (ahead < 0)
            {
                // A keep-alive probe repeats one byte; a retransmission may bring something new at its end.
                Repeated++;
                if (ahead + payload.Length <= 0) return;
                payload = payload[-ahead..];
                sequence = next;
            }
            else if (ahead > 0 && !waiting.ContainsKey(sequence))
            {
                Overtaken++;
            }

            if (waiting.TryGetValue(sequence, out var same))
            {
                Repeated++;
                if (same.Length >= payload.Length) return;
                waitingBytes -= same.Length;
            }

            waiting[sequence] = payload;
            waitingBytes += payload.Length;
        }

        /// <summary>The next bytes in order; null: they are not there yet.</summary>
        public byte[]? Next()
        {
            if (waiting.Remove(next, out var bytes)) return Deliver(bytes, 0);
            foreach (var (sequence, payload) in waiting)
            {
                var known = unchecked((int)(next - sequence));
                if (known <= 0) continue;
                // It overlaps what was delivered meanwhile. Removing while enumerating is allowed.
                waiting.Remove(sequence);
                if (known < payload.Length) return Deliver(payload, known);
                waitingBytes -= payload.Length;
            }

            return null;
        }

        /// <summary>True once, when everything up to the FIN was delivered.</summary>
        public bool EndsHere()
        {
            if (IsOver || finish != next) return false;
            return IsOver = true;
        }

        /// <returns>How many bytes are missing before the first that waits.</returns>
        public long GiveUp()
        {
            var missing = waiting.Keys.Min(sequence => unchecked(sequence - next));
            waiting.Clear();
            waitingBytes = 0;
            isLost = true;
            IsOver |= finish is not null;
            return missing;
        }

        private byte[] Deliver(byte[] payload, int known)
        {
            waitingBytes -= payload.Length;
            var fresh = payload[known..];
            next += (uint)fresh.Length;
            Delivered += fresh.Length;
            return fresh;
        }
    }
}
