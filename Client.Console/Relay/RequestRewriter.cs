using System.Buffers;
using System.Text;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.Relays;

namespace RealtimeHello.Client.Relay;

/// <summary>
/// Sets Host of the requests that pass, and Origin where it is the relay's own, and nothing else. Any other Origin is the target's to judge: set, it
/// would let every page that a browser shows pass for one of the target's. Where a head begins and ends is the decoders' knowledge. A head waits until it is complete; all other bytes pass at once. Behind an upgrade, and behind whatever is no
/// HTTP/1.1, nothing is looked at any more. Thread-safe.
/// </summary>
/// <param name="target">Whose name is set.</param>
/// <param name="own">The origins of pages that came through the relay.</param>
/// <param name="rewrote">Hears what was set, once for each value.</param>
internal sealed class RequestRewriter(RelayTarget target, IReadOnlySet<string> own, Action<RelayRewrote> rewrote) : IConnectionOutput
{
    /// <summary>Bytes of a head that is waited for, line breaks before it included. The decoders refuse shorter heads than that.</summary>
    private const int LongestHead = 128 * 1024;

    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _head = new();
    private ConnectionDecoder? _decoder;
    // Read for every chunk of a WebSocket, without the lock.
    private volatile bool _isOver;
    private bool _headIsComplete;
    private bool _wasSaid;

    /// <summary>Nothing more will be changed.</summary>
    public bool IsOver => _isOver;

    /// <summary>Takes the client's next bytes.</summary>
    /// <param name="bytes">As they came.</param>
    /// <param name="passed">Gets what goes on to the target now.</param>
    public void Take(ReadOnlySpan<byte> bytes, IBufferWriter<byte> passed)
    {
        lock (_gate)
        {
            while (!bytes.IsEmpty)
            {
                if (_isOver)
                {
                    passed.Write(bytes);
                    return;
                }

                _decoder ??= new ConnectionDecoder(Perspective.Server, DecodingDepth.Lifecycle, this);
                var isHead = _decoder.IsInRequestHead;
                var count = _decoder.Advance(TapPoint.Plain, Direction.Received, bytes);
                (isHead ? _head : passed).Write(bytes[..count]);
                bytes = bytes[count..];
                if (_headIsComplete) PassHead(passed);
                Settle();
                if (_isOver || _head.WrittenCount > LongestHead) GiveUp(passed);
            }
        }
    }

    /// <summary>Takes the target's next bytes, before they go on to the client: they decide what the client's next ones are.</summary>
    public void Answered(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_isOver || _decoder is null) return;
            _decoder.Push(TapPoint.Plain, Direction.Sent, bytes);
            // A head that waits is passed with the client's next byte, or its end.
            if (_head.WrittenCount == 0) Settle();
        }
    }

    /// <summary>The client sends no more: what waited goes on as it is.</summary>
    public void Complete(IBufferWriter<byte> passed)
    {
        lock (_gate) GiveUp(passed);
    }

    /// <inheritdoc/>
    public void Emit(LayerDetail detail, TapPoint tap, Direction direction, ByteRange source) => _headIsComplete |= detail is HttpRequest;

    private void Settle()
    {
        if (_decoder is { Facts.Upgraded: true } || _decoder?.PhaseOf(Direction.Received) == PlainPhase.Opaque) _isOver = true;
    }

    private void GiveUp(IBufferWriter<byte> passed)
    {
        passed.Write(_head.WrittenSpan);
        _head.ResetWrittenCount();
        _isOver = true;
        _decoder = null;
    }

    /// <summary>A head: lines that end with LF, a CR before it optional (RFC 9112 2.2). Folded ones the decoder refuses, as section 5.2 wants it.</summary>
    private void PassHead(IBufferWriter<byte> passed)
    {
        List<HttpHeader> set = [];
        var left = _head.WrittenSpan;
        while (!left.IsEmpty)
        {
            var end = left.IndexOf((byte)'\n') + 1;
            var line = left[..(end == 0 ? left.Length : end)];
            left = left[line.Length..];
            if (ValueOf(line, "Host") is not null) Set(line, "Host", target.Authority, passed, set);
            else if (ValueOf(line, "Origin") is { } origin && own.Contains(origin)) Set(line, "Origin", target.Origin, passed, set);
            else passed.Write(line);
        }

        _head.ResetWrittenCount();
        _headIsComplete = false;
        if (_wasSaid || set.Count == 0) return;
        _wasSaid = true;
        rewrote(new RelayRewrote(set));
    }

    private static string? ValueOf(ReadOnlySpan<byte> line, string name) =>
        line.Length > name.Length && line[name.Length] == ':' && Ascii.EqualsIgnoreCase(line[..name.Length], name)
            ? Encoding.Latin1.GetString(line[(name.Length + 1)..].Trim(" \t\r\n"u8))
            : null;

    private static void Set(ReadOnlySpan<byte> line, string name, string value, IBufferWriter<byte> passed, List<HttpHeader> set)
    {
        passed.Write(line[..(name.Length + 1)]);
        passed.Write(Encoding.Latin1.GetBytes($" {value}"));
        passed.Write(line is [.., (byte)'\r', (byte)'\n'] ? "\r\n"u8 : "\n"u8);
        set.Add(new HttpHeader(name, value));
    }
}
