using BenchmarkDotNet.Attributes;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Recording.Masking;

namespace RealtimeHello.Benchmarks.Decoding;

/// <summary>Each decoder over the bytes of many messages; an operation is all of them. Events go to a sink that counts them.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class DecoderBenchmarks : IConnectionOutput
{
    private readonly byte[] request = Conversation.Request(deflate: false);
    private readonly byte[] answer = Conversation.Answer(deflate: false);
    private readonly byte[] hello = Conversation.ClientHello();
    private readonly byte[] text = Conversation.Text();
    private readonly byte[] json = Conversation.JsonInvocations();
    private readonly byte[] messagePack = Conversation.MessagePackInvocations();
    private readonly byte[] deflated = Conversation.Deflated();
    private ConnectionDecoder decoder = null!;
    private ConnectionRecorder recorder = null!;
    private PayloadMasker masker = null!;
    private byte[] scratch = [];
    private long events;

    [Benchmark(Description = "HTTP/1.1, the upgrade's two heads")]
    public long Http()
    {
        var opening = new ConnectionDecoder(Perspective.Server, DecodingDepth.Full, this);
        opening.Push(TapPoint.Plain, Direction.Received, request);
        opening.Push(TapPoint.Plain, Direction.Sent, answer);
        return events;
    }

    [Benchmark(Description = "TLS, a ClientHello")]
    public long Tls()
    {
        new ConnectionDecoder(Perspective.Server, DecodingDepth.Full, this).Push(TapPoint.Wire, Direction.Received, hello);
        return events;
    }

    [GlobalSetup(Target = nameof(Frames))]
    public void BeforeFrames() => decoder = Conversation.Opened(DecodingDepth.Lifecycle, this, hubProtocol: null);

    [Benchmark(Description = "WebSocket frames, lifecycle depth")]
    public long Frames() => Push(text);

    [GlobalSetup(Target = nameof(HubMessages))]
    public void BeforeHubMessages() => decoder = Conversation.Opened(DecodingDepth.Lifecycle, this, "json");

    [Benchmark(Description = "the same of a hub, messages counted")]
    public long HubMessages() => Push(json);

    [GlobalSetup(Target = nameof(Messages))]
    public void BeforeMessages() => decoder = Conversation.Opened(DecodingDepth.Full, this, hubProtocol: null);

    [Benchmark(Description = "WebSocket messages, full depth")]
    public long Messages() => Push(text);

    [GlobalSetup(Target = nameof(Json))]
    public void BeforeJson() => decoder = Conversation.Opened(DecodingDepth.Full, this, "json");

    [Benchmark(Description = "SignalR JSON, full depth")]
    public long Json() => Push(json);

    [GlobalSetup(Target = nameof(MessagePack))]
    public void BeforeMessagePack() => decoder = Conversation.Opened(DecodingDepth.Full, this, "messagepack");

    [Benchmark(Description = "SignalR MessagePack, full depth")]
    public long MessagePack() => Push(messagePack);

    [GlobalSetup(Target = nameof(Deflate))]
    public void BeforeDeflate() => decoder = Conversation.Opened(DecodingDepth.Full, this, "json", deflate: true);

    [Benchmark(Description = "permessage-deflate and JSON, full depth")]
    public long Deflate() => Push(deflated);

    [GlobalSetup(Target = nameof(Record))]
    public void BeforeRecord()
    {
        recorder = new Journal().Open("A", Perspective.Server, "127.0.0.1:1", "127.0.0.1:2", new SecretNames());
        recorder.Bytes(TapPoint.Plain, Direction.Received, request);
        recorder.Bytes(TapPoint.Plain, Direction.Sent, answer);
        recorder.Bytes(TapPoint.Plain, Direction.Received, text);
    }

    /// <summary>One chunk a frame, as a tap sees them; the journal is full and evicts.</summary>
    [Benchmark(Description = "the recorder: decoded, numbered, stored")]
    public long Record()
    {
        var length = text.Length / Conversation.Frames;
        for (var at = 0; at < text.Length; at += length) recorder.Bytes(TapPoint.Plain, Direction.Received, text.AsSpan(at, length));
        return events;
    }

    [GlobalSetup(Target = nameof(Mask))]
    public void BeforeMask()
    {
        var names = new SecretNames();
        names.Properties.Add("target");
        masker = new PayloadMasker(names);
        scratch = new byte[json.Length];
    }

    [Benchmark(Description = "properties of JSON masked")]
    public long Mask()
    {
        json.CopyTo(scratch, 0);
        masker.Mask(scratch, speaksSignalR: true, "json");
        return events;
    }

    /// <summary>Bytes of an operation.</summary>
    public int BytesOf(string method) => method switch
    {
        nameof(Http) => request.Length + answer.Length,
        nameof(Tls) => hello.Length,
        nameof(Frames) or nameof(Messages) or nameof(Record) => text.Length,
        nameof(MessagePack) => messagePack.Length,
        nameof(Deflate) => deflated.Length,
        _ => json.Length,
    };

    void IConnectionOutput.Emit(LayerDetail detail, TapPoint tap, Direction direction, ByteRange source)
    {
        if (detail is DecodeFault fault) throw new InvalidOperationException($"What is measured is not decoded: {fault.Summary}");
        events++;
    }

    private long Push(byte[] bytes)
    {
        decoder.Push(TapPoint.Plain, Direction.Received, bytes);
        return events;
    }
}
