using System.Buffers.Binary;
using System.IO.Compression;
using System.Net.Security;
using System.Text;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Benchmarks.Decoding;

/// <summary>The bytes that the decoders are measured with: what a chat's client sends, frame behind frame.</summary>
internal static class Conversation
{
    /// <summary>Bytes of text in each message.</summary>
    public const int TextLength = 100;

    /// <summary>Frames in one run.</summary>
    public const int Frames = 400;

    private const string Json = """{"type":1,"invocationId":"17","target":"PostMessage","arguments":["lobby","0199c0de-1111-7222-8333-444455556666","TEXT"]}""" + "\u001e";

    public static byte[] Request(bool deflate) => Encoding.ASCII.GetBytes(
        "GET /chat?access_token=********************************************************** HTTP/1.1\r\nHost: localhost:5080\r\nConnection: Upgrade\r\nPragma: no-cache\r\n"
        + "Cache-Control: no-cache\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\nUpgrade: websocket\r\n"
        + "Origin: http://localhost:5080\r\nSec-WebSocket-Version: 13\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-US,en;q=0.9\r\nCookie: *****************\r\n"
        + $"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{(deflate ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "")}\r\n");

    public static byte[] Answer(bool deflate) => Encoding.ASCII.GetBytes(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nDate: Tue, 24 Nov 2026 04:00:00 GMT\r\nServer: Kestrel\r\nUpgrade: websocket\r\n"
        + $"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n{(deflate ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "")}\r\n");

    /// <summary>A decoder behind the upgrade and, if any, SignalR's handshake.</summary>
    public static ConnectionDecoder Opened(DecodingDepth depth, IConnectionOutput output, string? hubProtocol, bool deflate = false)
    {
        var decoder = new ConnectionDecoder(Perspective.Server, depth, output);
        decoder.Push(TapPoint.Plain, Direction.Received, Request(deflate));
        decoder.Push(TapPoint.Plain, Direction.Sent, Answer(deflate));
        decoder.Push(TapPoint.Plain, Direction.Received, Frame(0x81, Encoding.UTF8.GetBytes(hubProtocol is null ? "hello" : $$"""{"protocol":"{{hubProtocol}}","version":1}""" + "\u001e")));
        if (hubProtocol is not null) decoder.Push(TapPoint.Plain, Direction.Sent, [0x81, 3, (byte)'{', (byte)'}', 0x1E]);
        return decoder;
    }

    public static byte[] Text() => Repeat(Frame(0x81, Encoding.ASCII.GetBytes(new string('x', TextLength))));

    public static byte[] JsonInvocations() => Repeat(Frame(0x81, JsonInvocation()));

    public static byte[] MessagePackInvocations()
    {
        var message = new List<byte> { 0x96, 0x01, 0x80, 0xA2, (byte)'1', (byte)'7' };
        foreach (var text in (string[])["PostMessage"]) message.AddRange([(byte)(0xA0 | text.Length), .. Encoding.ASCII.GetBytes(text)]);
        message.AddRange([0x93, 0xA5, .. "lobby"u8, 0xD9, 36, .. "0199c0de-1111-7222-8333-444455556666"u8, 0xD9, TextLength, .. Encoding.ASCII.GetBytes(new string('x', TextLength)), 0x90]);
        return Repeat(Frame(0x82, [(byte)((message.Count & 0x7F) | 0x80), (byte)(message.Count >> 7), .. message]));
    }

    /// <summary>The JSON invocations, compressed with context takeover.</summary>
    public static byte[] Deflated()
    {
        var wire = new MemoryStream();
        var compressed = new MemoryStream();
        using var deflate = new DeflateStream(compressed, CompressionLevel.Fastest);
        for (var i = 0; i < Frames; i++)
        {
            compressed.SetLength(0);
            deflate.Write(JsonInvocation());
            deflate.Flush();
            // RFC 7692 7.2.1: the flush's empty block is left out.
            wire.Write(Frame(0xC1, compressed.ToArray()[..^4]));
        }

        return wire.ToArray();
    }

    /// <summary>What .NET's own client says first under TLS.</summary>
    public static byte[] ClientHello()
    {
        var wire = new Deaf();
        using var tls = new SslStream(wire);
        try
        {
            tls.AuthenticateAsClient("localhost");
        }
        catch (IOException)
        {
            // Nobody answered; all that is wanted is the hello.
        }

        return wire.ToArray();
    }

    /// <summary>Takes what is said, and never answers.</summary>
    private sealed class Deaf : MemoryStream
    {
        public override int Read(Span<byte> buffer) => 0;

        public override int Read(byte[] buffer, int offset, int count) => 0;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(0);
    }

    private static byte[] JsonInvocation() => Encoding.ASCII.GetBytes(Json.Replace("TEXT", new string('x', TextLength), StringComparison.Ordinal));

    private static byte[] Repeat(byte[] frame) => [.. Enumerable.Repeat(frame, Frames).SelectMany(bytes => bytes)];

    private static byte[] Frame(byte first, byte[] payload)
    {
        byte[] key = [0x12, 0x34, 0x56, 0x78];
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)payload.Length);
        byte[] header = payload.Length < 126 ? [first, (byte)(0x80 | payload.Length)] : [first, 0xFE, .. length];
        return [.. header, .. key, .. payload.Select((b, i) => (byte)(b ^ key[i & 3]))];
    }
}
