using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using RealtimeHello.Client.Show;
using RealtimeHello.Client.Show.Packets;
using RealtimeHello.Layers.Http;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client.Show;

/// <summary>Files of more connections than anybody looks at.</summary>
public sealed class PacketFileTests : IDisposable
{
    private const byte Syn = 0x02;
    private const byte Push = 0x18;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Of_a_scan_a_few_connections_are_shown_and_those_with_bytes_all()
    {
        var file = Write(pcap =>
        {
            for (var i = 0; i < PacketFile.MostEmpty + 500; i++) Packet(pcap, i, i, Syn, 0, "");
            for (var i = 0; i < 3; i++) Packet(pcap, 5_000 + i, i * 400, Push, 1, "GET /found HTTP/1.1\r\n\r\n");
        });

        var shown = PacketFile.Read(file);

        shown.Connections.Should().HaveCount(PacketFile.MostEmpty + 3);
        shown.Connections.Count(record => record.Counters.BytesReceived > 0).Should().Be(3);
        shown.Notes.Should().Equal("497 connections without a byte were left out, as of a scan.");
        var events = MergedEvents.Of(shown.Connections).ToList();
        events.Select(one => one.Happened.At).Should().BeInAscendingOrder();
        events.Count(one => one.Happened.Detail is HttpRequest { Target: "/found" }).Should().Be(3);
    }

    [Fact]
    public void More_connections_than_are_held_are_left_out_and_that_is_said()
    {
        var file = Write(pcap =>
        {
            for (var i = 0; i < PacketFile.MostRecorded + 10; i++) Packet(pcap, i, i, Push, 1, "GET / HTTP/1.1\r\n\r\n");
        });

        var shown = PacketFile.Read(file);

        shown.Connections.Should().HaveCount(PacketFile.MostRecorded);
        shown.Notes.Should().HaveCount(102).And.EndWith($"Only the first {PacketFile.MostRecorded} connections with bytes were read, which is the limit; what began later was left out.");
        shown.Notes[100].Should().Be(string.Create(CultureInfo.InvariantCulture, $"There is as much to be said of other connections: {PacketFile.MostRecorded - 100} sentences more."));
    }

    [Fact]
    public void A_connection_is_opened_as_of_its_first_packet()
    {
        var file = Write(pcap =>
        {
            Packet(pcap, 0, 7, Syn, 0, "");
            Packet(pcap, 5, 8, Push, 1, "GET /b HTTP/1.1\r\n\r\n");
            Packet(pcap, 9, 7, Push, 1, "GET /a HTTP/1.1\r\n\r\n");
        });

        var shown = PacketFile.Read(file);

        shown.Connections.Select(record => record.Id).Should().Equal("c1", "c2");
        (shown.Connections[1].OpenedAt - shown.Connections[0].OpenedAt).Should().Be(TimeSpan.FromMilliseconds(5));
        MergedEvents.Of(shown.Connections).Select(one => $"{one.Record.Id} {one.Happened.Detail.Kind}").Should().Equal("c1 opened", "c2 opened", "c2 request", "c1 request");
    }

    /// <summary>A file of pcap: magic, version 2.4, longest packet, raw IP (101).</summary>
    private string Write(Action<Stream> packets)
    {
        var file = Path.Combine(folder.Path, "flows.pcap");
        using var stream = File.Create(file);
        stream.Write(Convert.FromHexString("D4C3B2A1" + "0200" + "0400" + "0000000000000000" + "FFFF0000" + "65000000"));
        packets(stream);
        return file;
    }

    /// <summary>From 10.0.0.1 and a port of its own to port 80 of 10.0.0.2.</summary>
    private static void Packet(Stream pcap, int milliseconds, int client, byte flags, uint sequence, string payload)
    {
        var packet = new byte[40 + payload.Length];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        (packet[8], packet[9]) = (64, 6);
        Convert.FromHexString("0A0000010A000002").CopyTo(packet, 12);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(20), (ushort)(1_024 + client));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(22), 80);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(24), sequence);
        (packet[32], packet[33]) = (0x50, flags);
        Encoding.ASCII.GetBytes(payload).CopyTo(packet, 40);
        Span<byte> head = stackalloc byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(head, 1_700_000_000 + (milliseconds / 1_000));
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], milliseconds % 1_000 * 1_000);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], packet.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head[12..], packet.Length);
        pcap.Write(head);
        pcap.Write(packet);
    }
}
