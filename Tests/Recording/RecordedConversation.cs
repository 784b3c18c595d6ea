using System.Text;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Recording.Masking;

namespace RealtimeHello.Tests.Recording;

/// <summary>A conversation put into a recorder by hand, as a tap would.</summary>
internal sealed class RecordedConversation
{
    public RecordedConversation(JournalOptions? options = null, TimeProvider? time = null, SecretNames? secrets = null)
        : this(new Journal(options, time), "A1", secrets)
    {
    }

    /// <summary>One of several in a journal.</summary>
    public RecordedConversation(Journal journal, string id, SecretNames? secrets = null)
    {
        Journal = journal;
        Recorder = Journal.Open(id, Perspective.Server, "127.0.0.1:1000", "127.0.0.1:80", secrets ?? new SecretNames());
    }

    public Journal Journal { get; }

    public ConnectionRecorder Recorder { get; }

    public RecordedConversation Upgrade(string query = "", string? extensions = null)
    {
        var agreed = extensions is null ? "" : $"Sec-WebSocket-Extensions: {extensions}\r\n";
        Received($"GET /chat{query} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{agreed}\r\n");
        Sent($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n{agreed}\r\n");
        return this;
    }

    public RecordedConversation Handshake()
    {
        Received(Frame("{\"protocol\":\"json\",\"version\":1}\u001e", masked: true));
        Sent(Frame("{}\u001e", masked: false));
        return this;
    }

    public void Received(string text) => Received(Encoding.UTF8.GetBytes(text));

    public void Received(byte[] bytes) => Recorder.Bytes(TapPoint.Plain, Direction.Received, bytes);

    public void Sent(string text) => Sent(Encoding.UTF8.GetBytes(text));

    public void Sent(byte[] bytes) => Recorder.Bytes(TapPoint.Plain, Direction.Sent, bytes);

    public IReadOnlyList<LayerEvent> Events(DecodingDepth depth = DecodingDepth.Full)
    {
        var events = new List<LayerEvent>();
        new ConnectionReader(Recorder.Record, depth).Read(events);
        return events;
    }

    /// <summary>Several in a journal, whose handshakes are over.</summary>
    public static List<RecordedConversation> Many(Journal journal, int count) => [.. Enumerable.Range(0, count).Select(i => new RecordedConversation(journal, $"C{i}").Upgrade().Handshake())];

    /// <summary>A text frame; the mask is 00000000, which leaves the payload as it is.</summary>
    public static byte[] Frame(string text, bool masked)
    {
        var payload = Encoding.UTF8.GetBytes(text);
        var frame = new List<byte> { 0x81 };
        if (payload.Length < 126) frame.Add((byte)((masked ? 0x80 : 0) | payload.Length));
        else frame.AddRange([(byte)((masked ? 0x80 : 0) | 126), (byte)(payload.Length >> 8), (byte)payload.Length]);
        if (masked) frame.AddRange([0, 0, 0, 0]);
        frame.AddRange(payload);
        return [.. frame];
    }
}
