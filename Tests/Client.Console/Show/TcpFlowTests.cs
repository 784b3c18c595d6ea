using System.Net;
using System.Text;
using CsCheck;
using PacketDotNet;
using RealtimeHello.Client.Show.Packets;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Recording.Masking;
using RealtimeHello.Tests.Recording;

namespace RealtimeHello.Tests.Client.Show;

/// <summary>Packets in any order, repeated, overlapping or missing.</summary>
public sealed class TcpFlowTests
{
    private const string Request = "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    private const string Answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

    private static readonly IPEndPoint client = new(IPAddress.Loopback, 40_000);
    private static readonly IPEndPoint server = new(IPAddress.Loopback, 80);

    [Fact]
    public void However_packets_come_the_events_are_those_of_the_bytes_in_order()
    {
        var stream = Encoding.ASCII.GetBytes(Request).Concat(RecordedConversation.Frame("hello", masked: true)).Concat(RecordedConversation.Frame("again", masked: true)).ToArray();
        Gen.Select(Gen.UInt, Gen.Int[0, stream.Length - 1].Select(Gen.Int[1, 60]).List[0, 30], Gen.Int).Sample((start, extra, seed) =>
        {
            var pieces = new List<(int At, int Length)>();
            for (var at = 0; at < stream.Length; at += 20) pieces.Add((at, Math.Min(20, stream.Length - at)));
            foreach (var (at, length) in extra) pieces.Add((at, Math.Min(length, stream.Length - at)));
            var order = new Random(seed);
            var flow = Flow();
            flow.Take(client, new TcpPacket(40_000, 80) { Synchronize = true, SequenceNumber = start });
            foreach (var (at, length) in pieces.OrderBy(_ => order.Next())) flow.Take(client, Packet(unchecked(start + 1 + (uint)at), stream.AsSpan(at, length)));
            flow.Take(server, new TcpPacket(80, 40_000) { Synchronize = true, Acknowledgment = true, SequenceNumber = 7 });
            flow.Take(server, Packet(8, Encoding.ASCII.GetBytes(Answer)));
            flow.EndOfFile();

            var events = Events(flow);
            events.OfType<HttpUpgraded>().Should().ContainSingle();
            events.OfType<WebSocketMessage>().Select(message => message.Text).Should().Equal("hello", "again");
            events.Should().NotContain(detail => detail is DecodeFault || detail is Gap);
        }, iter: 300);
    }

    [Fact]
    public void A_missing_packet_ends_its_direction_with_a_gap_and_the_other_goes_on()
    {
        var flow = Flow();
        flow.Take(client, new TcpPacket(40_000, 80) { Synchronize = true, SequenceNumber = 99 });
        flow.Take(server, new TcpPacket(80, 40_000) { Synchronize = true, Acknowledgment = true, SequenceNumber = 7 });
        flow.Take(client, Packet(100, Encoding.ASCII.GetBytes(Request)));
        flow.Take(server, Packet(8, Encoding.ASCII.GetBytes(Answer)));
        flow.Take(client, Packet((uint)(100 + Request.Length + 11), RecordedConversation.Frame("behind the hole", masked: true)));
        flow.Take(server, Packet((uint)(8 + Answer.Length), RecordedConversation.Frame("hello", masked: false)));
        flow.EndOfFile();

        var events = Events(flow);
        events.OfType<Gap>().Should().ContainSingle().Which.Length.Should().Be(11);
        events.OfType<WebSocketMessage>().Should().ContainSingle().Which.Text.Should().Be("hello");
        flow.Notes.Should().ContainSingle(note => note.Contains("11 bytes from the client are not in the file", StringComparison.Ordinal));
    }

    [Fact]
    public void Both_sides_fin_closes_it_and_what_was_repeated_or_late_is_said()
    {
        var flow = Flow();
        flow.Take(client, new TcpPacket(40_000, 80) { Synchronize = true, SequenceNumber = uint.MaxValue - 5 });
        flow.Take(client, Packet(6, "Host: a\r\n\r\n"u8));
        flow.Take(client, Packet(uint.MaxValue - 4, "GET / HTTP/1"u8));
        flow.Take(client, Packet(uint.MaxValue - 4, "GET / HTTP/1"u8));
        flow.Take(client, Packet(uint.MaxValue - 4, "GET / HTTP/1"u8));
        flow.EndOfFile();
        flow.Notes.Should().Contain(note => note.Contains("came again", StringComparison.Ordinal)).And.Contain(note => note.Contains("put in order", StringComparison.Ordinal));
    }

    [Fact]
    public void What_runs_ahead_is_bounded()
    {
        var flow = Flow();
        flow.Take(client, new TcpPacket(40_000, 80) { Synchronize = true, SequenceNumber = 0 });
        for (uint i = 0; i < 100; i++) flow.Take(client, Packet(1_000 + (i * 60_000), new byte[60_000]));
        Events(flow).OfType<Gap>().Should().ContainSingle().Which.Length.Should().Be(999);
    }

    [Fact]
    public void A_connection_whose_ports_are_used_again_is_another()
    {
        var flow = Flow();
        flow.HasCarried.Should().BeFalse();
        flow.Take(client, new TcpPacket(40_000, 80) { Synchronize = true, SequenceNumber = 0 });
        flow.Take(client, new TcpPacket(40_000, 80) { Reset = true, SequenceNumber = 1 });
        flow.HasCarried.Should().BeTrue();
        flow.Record!.Close.Should().NotBeNull();
    }

    private static TcpFlow Flow()
    {
        var journal = new Journal();
        return new TcpFlow(client, server, DateTimeOffset.UnixEpoch, beginsWithin: false, (_, _) => journal.Open("c1", Perspective.Server, $"{client}", $"{server}", new SecretNames()));
    }

    private static TcpPacket Packet(uint sequence, ReadOnlySpan<byte> payload) => new(1, 2) { SequenceNumber = sequence, PayloadData = payload.ToArray() };

    private static List<LayerDetail> Events(TcpFlow flow)
    {
        var events = new List<LayerEvent>();
        new ConnectionReader(flow.Record!, DecodingDepth.Full).Read(events);
        return [.. events.Select(happened => happened.Detail)];
    }
}
