using System.Diagnostics.Metrics;
using System.IO.Compression;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Recording;
using RealtimeHello.Tests.Recording;

namespace RealtimeHello.Tests.Inspector;

/// <summary>Bytes that mean harm, through a real socket: the application goes on, what is recorded is bounded, and what is shown is text.</summary>
public sealed class HostileBytesTests
{
    private const string Operator = "an-operator-token-of-the-test-0123456789";

    private const string Handshake = "{\"protocol\":\"json\",\"version\":1}\u001e";

    private static readonly TimeSpan patience = TimeSpan.FromSeconds(20);

    private static readonly CancellationToken cancel = TestContext.Current.CancellationToken;

    private static readonly Dictionary<string, (Func<RawClient, Task> Do, Action<IReadOnlyList<LayerEvent>> Told)> attacks = new()
    {
        ["ten megabytes of header"] = (
            async client =>
            {
                await client.Socket.ConnectAsync("127.0.0.1", client.Port);
                await client.Send([.. "GET /echo HTTP/1.1\r\nX: "u8, .. Enumerable.Repeat((byte)'x', 10 * 1024 * 1024)]);
            },
            events => events.Select(happened => happened.Detail).OfType<HttpResponse>().Should().ContainSingle("the server has enough long before our own limit").Which.Status.Should().Be(431)),
        ["a frame of 2^63 bytes"] = (
            client => client.Begin(Handshake, [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]),
            events => Faults(events).Should().ContainSingle().Which.Rule.Should().StartWith("RFC 6455 5.2")),
        ["a frame of 2^62 bytes that never ends"] = (
            client => client.Begin(Handshake, [0x81, 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. new byte[60_000]]),
            events => events.Should().Contain(happened => happened.Detail is WebSocketFrame)),
        ["endless fragments"] = (
            async client =>
            {
                await client.Begin(Handshake, [0x01, 0x81, 0, 0, 0, 0, (byte)'"']);
                await client.Send([.. Enumerable.Repeat<byte[]>([0x00, 0x81, 0, 0, 0, 0, (byte)'x'], 60_000).SelectMany(frame => frame)]);
            },
            events => events.Should().NotContain(happened => happened.Detail is InvocationMessage)),
        ["a bomb in permessage-deflate"] = (
            client => client.Upgrade(Frame(0xC1, Deflated(64 * 1024 * 1024))),
            events => Faults(events).Should().Contain(fault => fault.Reason.Contains("inflates to more than", StringComparison.Ordinal))),
        ["JSON nested ten thousand deep"] = (
            client => client.Begin(Handshake, RecordedConversation.Frame("{\"type\":1,\"target\":\"Echo\",\"arguments\":" + new string('[', 10_000) + "\u001e", masked: true)),
            events => Faults(events).Should().ContainSingle().Which.Rule.Should().Contain("SignalR")),
        ["text that is not UTF-8"] = (
            client => client.Begin(Handshake, Frame(0x81, [0xFF, 0xFE, 0x1E])),
            events => Faults(events).Should().Contain(fault => fault.Rule == "RFC 6455 8.1")),
        ["escapes and HTML"] = (
            client => client.Begin(Handshake, RecordedConversation.Frame("{\"type\":1,\"target\":\"\\u001b[2J<script>alert(1)</script>\\u202e\",\"arguments\":[\"\\u001b]0;owned\\u0007\\r\\n<img src=x>\"]}\u001e", masked: true)),
            events =>
            {
                var told = events.Select(happened => happened.Detail).OfType<InvocationMessage>().Should().ContainSingle().Subject;
                told.Summary.Should().NotContainAny("\u001b", "\u202e", "\r", "\n", "\u0007").And.Contain("<script>", "it is text; who shows it in a page escapes it there");
            }
        ),
        ["bytes of nothing in particular"] = (
            async client =>
            {
                await client.Socket.ConnectAsync("127.0.0.1", client.Port);
                await client.Send(RandomBytes(200_000));
            },
            events => Faults(events).Should().ContainSingle()),
    };

    public static TheoryData<string> Attacks() => [.. attacks.Keys];

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task Hostile_bytes_become_faults_or_text_and_nobody_else_notices(string attack)
    {
        await using var application = await StrangersApplication.Start(options =>
        {
            options.Journal.ConnectionBytes = 64 * 1024;
            options.OperatorToken = Operator;
        });
        await using var other = await Echoing(application);
        var path = attack.Contains("deflate", StringComparison.Ordinal) ? "/deflated" : "/whole";
        using var client = new RawClient(application.Plain, path) { Fields = path == "/deflated" ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "" };
        try
        {
            await attacks[attack].Do(client);
        }
        catch (SocketException)
        {
            // The server had enough of it.
        }

        // The reset takes away what the server has not read yet.
        await application.Journal.First(record => record.Close is not null || record.Counters.BytesReceived == client.Sent);
        (await other.InvokeAsync<string>("Echo", "still here", cancel)).Should().Be("still here");
        client.Reset();
        var record = await application.Journal.FirstClosed(_ => true);

        record.Size.Should().BeLessThan(64 * 1024 + 32 * 1024);
        var events = new List<LayerEvent>();
        new ConnectionReader(record, DecodingDepth.Full).Read(events);
        attacks[attack].Told(events);
        events.Should().OnlyContain(happened => happened.Detail.Summary.All(c => !char.IsControl(c)));
        using var http = new HttpClient { BaseAddress = application.Plain };
        http.DefaultRequestHeaders.Authorization = new("Bearer", Operator);
        var json = await http.GetStringAsync(new Uri($"/inspect/connections/{record.Id}/events?limit=1000", UriKind.Relative), cancel);
        using var document = JsonDocument.Parse(json);
        json.Should().NotContainAny("<script", "<img", "\u001b");
        (await other.InvokeAsync<string>("Echo", "still here", cancel)).Should().Be("still here");
    }

    [Fact]
    public async Task A_recorder_that_fails_whatever_it_does_leaves_the_connection_alone()
    {
        var clock = new FailingClock();
        await using var application = await StrangersApplication.Start(clock: clock);
        await using (var hub = await Echoing(application))
        {
            clock.Fails = true;
            for (var i = 0; i < 10; i++) (await hub.InvokeAsync<string>("Echo", $"{i}", cancel).WaitAsync(patience, cancel)).Should().Be($"{i}");
            await using var second = await Echoing(application);
            (await second.InvokeAsync<string>("Echo", "opened while it fails", cancel).WaitAsync(patience, cancel)).Should().Be("opened while it fails");
            clock.Fails = false;
            (await second.InvokeAsync<string>("Echo", "and behind that", cancel).WaitAsync(patience, cancel)).Should().Be("and behind that");
            (await hub.InvokeAsync<string>("Echo", "and behind that", cancel).WaitAsync(patience, cancel)).Should().Be("and behind that");
        }

        var record = await application.Journal.FirstClosed();
        record.Close!.Sentence.Should().NotBeEmpty();
        var events = new List<LayerEvent>();
        new ConnectionReader(record, DecodingDepth.Full).Read(events);
        events.Should().NotBeEmpty();
    }

    [Fact]
    public async Task A_viewer_that_never_reads_holds_nobody_up_and_one_that_vanishes_leaves_nothing()
    {
        await using var application = await StrangersApplication.Start(options =>
        {
            options.Journal.TotalBytes = 4 * 1024 * 1024;
            options.OperatorToken = Operator;
        });
        using var connections = new OpenConnections(application.Services.GetRequiredService<IMeterFactory>());
        using var viewer = new RawClient(application.Plain, "/inspect/events");
        await viewer.Socket.ConnectAsync("127.0.0.1", viewer.Port, cancel);
        await viewer.Send(Encoding.ASCII.GetBytes($"GET /inspect/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAuthorization: Bearer {Operator}\r\n\r\n"));
        (await viewer.ReceiveTo("\r\n\r\n")).Should().StartWith("HTTP/1.1 200 ");
        await using var hub = await Echoing(application);
        var text = new string('x', 8 * 1024);

        // Far more than the sockets' buffers take, which nobody reads.
        for (var i = 0; i < 2_000; i++) (await hub.InvokeAsync<string>("Echo", text, cancel).WaitAsync(patience, cancel)).Should().HaveLength(text.Length);

        application.Journal.Size.Should().BeLessThan(5 * 1024 * 1024);
        await connections.Reach(2);
        viewer.Reset();
        await connections.Reach(1);
    }

    private static IEnumerable<DecodeFault> Faults(IReadOnlyList<LayerEvent> events) => events.Select(happened => happened.Detail).OfType<DecodeFault>();

    private static async Task<HubConnection> Echoing(StrangersApplication application)
    {
        var hub = new HubConnectionBuilder().WithUrl(new Uri(application.Plain, "/whole"), options =>
        {
            options.SkipNegotiation = true;
            options.Transports = HttpTransportType.WebSockets;
        }).Build();
        await hub.StartAsync(cancel).WaitAsync(patience, cancel);
        return hub;
    }

    private static byte[] Frame(byte first, byte[] payload) =>
        [first, 0xFF, 0, 0, 0, 0, (byte)(payload.Length >> 24), (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, 0, 0, 0, 0, .. payload];

    private static byte[] Deflated(int zeros)
    {
        using var compressed = new MemoryStream();
        using var deflate = new DeflateStream(compressed, CompressionLevel.SmallestSize);
        deflate.Write(new byte[zeros]);
        deflate.Flush();
        return compressed.ToArray()[..^4];
    }

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(4).NextBytes(bytes);
        return bytes;
    }

    private sealed class FailingClock : TimeProvider
    {
        public bool Fails { get; set; }

        public override DateTimeOffset GetUtcNow() => Fails ? throw new InvalidOperationException("The clock is broken.") : base.GetUtcNow();
    }

    /// <summary>The framework's own count of connections of one application.</summary>
    private sealed class OpenConnections : IDisposable
    {
        private readonly MeterListener listener = new();
        private readonly Lock gate = new();
        private TaskCompletionSource changed = new();
        private long count;

        public OpenConnections(IMeterFactory application)
        {
            listener.InstrumentPublished = (instrument, published) =>
            {
                if (instrument.Name == "kestrel.active_connections" && instrument.Meter.Scope == application) published.EnableMeasurementEvents(instrument);
            };
            listener.SetMeasurementEventCallback<long>((_, measurement, _, _) =>
            {
                lock (gate)
                {
                    count += measurement;
                    changed.TrySetResult();
                    changed = new TaskCompletionSource();
                }
            });
            listener.Start();
        }

        public async Task Reach(long wanted)
        {
            while (true)
            {
                Task next;
                lock (gate)
                {
                    if (count == wanted) return;
                    next = changed.Task;
                }

                await next.WaitAsync(TimeSpan.FromSeconds(30));
            }
        }

        public void Dispose() => listener.Dispose();
    }
}
