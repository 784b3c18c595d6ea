using System.Text;
using CsCheck;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Tests.Layers.Decoding;

/// <summary>One run of bytes in one direction, as a tap sees it.</summary>
internal sealed record Segment(Direction Direction, byte[] Bytes, TapPoint Tap = TapPoint.Plain);

/// <summary>Bytes of a conversation, and what a decoder makes of them.</summary>
internal static class Wire
{
    public static Segment Received(params byte[] bytes) => new(Direction.Received, bytes);

    public static Segment Received(string text) => new(Direction.Received, Encoding.Latin1.GetBytes(text));

    public static Segment Sent(params byte[] bytes) => new(Direction.Sent, bytes);

    public static Segment Sent(string text) => new(Direction.Sent, Encoding.Latin1.GetBytes(text));

    /// <summary>The upgrade of RFC 6455 1.2, for the given path, and its answer.</summary>
    public static Segment[] Upgrade(string path = "/chat", string? extensions = null) =>
    [
        Received($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"),
        Sent("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            + (extensions is null ? "" : $"Sec-WebSocket-Extensions: {extensions}\r\n") + "\r\n"),
    ];

    /// <summary>A frame, masked with a key of its own when <paramref name="masked"/>.</summary>
    public static byte[] Frame(byte first, ReadOnlySpan<byte> payload, bool masked)
    {
        var bytes = new List<byte> { first };
        var mask = (byte)(masked ? 0x80 : 0);
        if (payload.Length < 126)
        {
            bytes.Add((byte)(mask | payload.Length));
        }
        else if (payload.Length <= ushort.MaxValue)
        {
            bytes.AddRange([(byte)(mask | 126), (byte)(payload.Length >> 8), (byte)payload.Length]);
        }
        else
        {
            bytes.AddRange([(byte)(mask | 127), 0, 0, 0, 0]);
            bytes.AddRange([(byte)(payload.Length >> 24), (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length]);
        }

        ReadOnlySpan<byte> key = [0x37, 0xFA, 0x21, 0x3D];
        if (masked) bytes.AddRange(key);
        for (var i = 0; i < payload.Length; i++) bytes.Add((byte)(masked ? payload[i] ^ key[i & 3] : payload[i]));
        return [.. bytes];
    }

    public static Segment ClientFrame(byte first, ReadOnlySpan<byte> payload) => Received(Frame(first, payload, masked: true));

    public static Segment ServerFrame(byte first, ReadOnlySpan<byte> payload) => Sent(Frame(first, payload, masked: false));

    public static RecordedEvents Decode(
        IEnumerable<Segment> segments, DecodingDepth depth = DecodingDepth.Full, DecoderLimits? limits = null, StreamEnding? ending = null)
    {
        var events = new RecordedEvents();
        var decoder = new ConnectionDecoder(Perspective.Server, depth, events, limits);
        foreach (var segment in segments) decoder.Push(segment.Tap, segment.Direction, segment.Bytes);
        if (ending is { } end)
        {
            decoder.Complete(TapPoint.Plain, Direction.Received, end);
            decoder.Complete(TapPoint.Plain, Direction.Sent, end);
        }

        return events;
    }

    /// <summary>Cuts every segment at every byte, then, many times, at random, and demands the same events each time.</summary>
    public static void ShouldNotDependOnCuts(Segment[] segments, DecoderLimits? limits = null, int iterations = 100)
    {
        foreach (var depth in (DecodingDepth[])[DecodingDepth.Full, DecodingDepth.Lifecycle])
        {
            var whole = Decode(segments, depth, limits, StreamEnding.Finished).Lines();
            Decode(segments.SelectMany(s => s.Bytes.Select(b => s with { Bytes = [b] })), depth, limits, StreamEnding.Finished).Lines().Should().Equal(whole);
            Gen.Int[1, 64].Array[segments.Length, segments.Length].Sample(
                sizes => Decode(segments.SelectMany((s, i) => s.Bytes.Chunk(sizes[i]).Select(c => s with { Bytes = c })), depth, limits, StreamEnding.Finished)
                    .Lines().SequenceEqual(whole),
                iter: iterations, threads: 1);
        }
    }

    /// <summary>Changes, drops and repeats bytes at random; nothing may throw, and full depth must tell all that lifecycle depth tells.</summary>
    public static void ShouldSurviveMutation(Segment[] segments, int from, int iterations = 1000)
    {
        Gen.Select(Gen.Int[from, segments.Length - 1], Gen.Int[0, 100_000], Gen.Byte, Gen.Int[0, 2]).Array[1, 4].Sample(
            mutations =>
            {
                var bytes = segments.Select(s => s.Bytes.ToList()).ToArray();
                foreach (var (segment, position, value, kind) in mutations)
                {
                    if (bytes[segment].Count == 0) continue;
                    var at = position % bytes[segment].Count;
                    if (kind == 0) bytes[segment][at] = value;
                    else if (kind == 1) bytes[segment].RemoveAt(at);
                    else bytes[segment].Insert(at, value);
                }

                var mutated = segments.Select((s, i) => s with { Bytes = [.. bytes[i]] }).ToArray();
                var full = Decode(mutated, DecodingDepth.Full, null, StreamEnding.Finished).Lines();
                var byteByByte = Decode(mutated.SelectMany(s => s.Bytes.Select(b => s with { Bytes = [b] })), DecodingDepth.Full, null, StreamEnding.Finished).Lines();
                var lifecycle = Decode(mutated, DecodingDepth.Lifecycle, null, StreamEnding.Finished).Lines();
                return full.SequenceEqual(byteByByte) && !lifecycle.Except(full).Any();
            },
            iter: iterations, threads: 1);
    }
}
