using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using RealtimeHello.Client.Frames;
using RealtimeHello.Layers.WebSockets;

namespace RealtimeHello.Client.Doctor;

/// <summary>A message as it came.</summary>
/// <param name="Kind">Text, binary, ping, pong or close.</param>
/// <param name="Payload">All of it.</param>
internal sealed record DoctorMessage(WebSocketOpcode Kind, byte[] Payload)
{
    public string Text => Encoding.UTF8.GetString(Payload);

    /// <summary>The code of a Close; 1005 where it has none (RFC 6455 7.1.5).</summary>
    public int CloseCode => Payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(Payload) : 1005;

    /// <summary>What a Close says.</summary>
    public string CloseText => $"Close {CloseCode}{(Payload.Length > 2 ? " " + Encoding.UTF8.GetString(Payload, 2, Payload.Length - 2) : "")}";
}

/// <summary>The other side ended the connection without a Close frame.</summary>
/// <param name="byReset">By a reset (RST), not in order (FIN).</param>
internal sealed class DoctorSocketEnded(bool byReset) : Exception(byReset ? "a reset (RST), without a Close frame" : "the end of the stream (FIN), without a Close frame")
{
    public bool ByReset { get; } = byReset;
}

/// <summary>
/// A WebSocket frame by frame, behind its upgrade. .NET's own answers pings and reassembles messages by itself, and keeps to itself how a connection ended:
/// the doctor has to see and do all of that. One reader and one writer at a time.
/// </summary>
internal sealed class DoctorSocket(Stream stream)
{
    /// <summary>Bytes of a message; a longer one is what a server sends that means harm.</summary>
    private const int LongestMessage = 1024 * 1024;

    private readonly byte[] _header = new byte[WebSocketFrameHeader.MaximumLength];
    private readonly ArrayBufferWriter<byte> _begun = new();
    private WebSocketOpcode? _kind;

    /// <summary>Sends one frame, masked as all of a client's.</summary>
    public async Task Send(WebSocketOpcode opcode, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken, bool fin = true)
    {
        try
        {
            await stream.WriteAsync(ClientFrame.Of(opcode, payload.Span, fin), cancellationToken);
        }
        catch (IOException gone)
        {
            throw Ended(gone);
        }
    }

    public Task SendText(string text, CancellationToken cancellationToken) => Send(WebSocketOpcode.Text, Encoding.UTF8.GetBytes(text), cancellationToken);

    /// <summary>How long the answer to a Ping takes; null when a Close came in its place.</summary>
    public async Task<TimeSpan?> Ping(CancellationToken cancellationToken)
    {
        var payload = RandomNumberGenerator.GetBytes(8);
        var start = Stopwatch.GetTimestamp();
        await Send(WebSocketOpcode.Ping, payload, cancellationToken);
        while (true)
        {
            var answer = await Read(cancellationToken);
            if (answer.Kind == WebSocketOpcode.Close) return null;
            if (answer.Kind == WebSocketOpcode.Pong && answer.Payload.AsSpan().SequenceEqual(payload)) return Stopwatch.GetElapsedTime(start);
        }
    }

    /// <summary>The next message or control frame; pings of the server are answered.</summary>
    /// <exception cref="DoctorSocketEnded">There was none.</exception>
    /// <exception cref="InvalidDataException">What came is no frame of a server, or too long.</exception>
    public async Task<DoctorMessage> Read(CancellationToken cancellationToken)
    {
        while (true)
        {
            var header = await ReadHeader(cancellationToken);
            if (header.Masked) throw new InvalidDataException("The server's frame is masked (RFC 6455 5.1).");
            if (header.PayloadLength > (ulong)(LongestMessage - _begun.WrittenCount)) throw new InvalidDataException($"The server's message has more than {LongestMessage} bytes.");
            var payload = new byte[(int)header.PayloadLength];
            await ReadExactly(payload, cancellationToken);
            if (header.Opcode == WebSocketOpcode.Ping) await Send(WebSocketOpcode.Pong, payload, cancellationToken);
            if (header.IsControl) return new DoctorMessage(header.Opcode, payload);
            // Control frames come between the fragments of a message, which goes on behind them (RFC 6455 5.4).
            _kind ??= header.Opcode;
            _begun.Write(payload);
            if (!header.Fin) continue;
            var message = new DoctorMessage(_kind.Value, _begun.WrittenSpan.ToArray());
            _begun.ResetWrittenCount();
            _kind = null;
            return message;
        }
    }

    /// <summary>The next text or binary message, or a Close.</summary>
    public async Task<DoctorMessage> ReadMessage(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await Read(cancellationToken) is { Kind: not (WebSocketOpcode.Ping or WebSocketOpcode.Pong) } message) return message;
        }
    }

    private async Task<WebSocketFrameHeader> ReadHeader(CancellationToken cancellationToken)
    {
        var length = 0;
        while (true)
        {
            await ReadExactly(_header.AsMemory(length, 1), cancellationToken);
            length++;
            if (WebSocketFrameHeader.TryRead(_header.AsSpan(0, length), out var header) == OperationStatus.Done) return header;
        }
    }

    private async Task ReadExactly(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            await stream.ReadExactlyAsync(buffer, cancellationToken);
        }
        catch (IOException gone)
        {
            throw Ended(gone);
        }
    }

    private static DoctorSocketEnded Ended(Exception gone) => new(gone.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown });
}
