using RealtimeHello.Client.Terminal;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Clients;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Recording.Masking;

namespace RealtimeHello.Client.Layers;

/// <summary>
/// Records this program's own connections and tells their events, layer by layer, in the order of their bytes. It decodes with the server's own
/// decoders, from the same kind of taps. Thread-safe; who is slow to show holds up nobody but the telling.
/// </summary>
internal sealed class LayerTrace : IDisposable
{
    private readonly Journal _journal;
    private readonly ClientRecording _recording;
    private readonly IReadOnlySet<Layer> _layers;
    private readonly LayerFormat _format;
    private readonly Action<Row> _show;
    private readonly JournalWatch _watch;
    private readonly ConnectionReaders _readers;
    private readonly List<LayerEvent> _events = [];
    private readonly List<LayerEvent> _ordered = [];
    private readonly Lock _telling = new();
    private Task _following = Task.CompletedTask;

    /// <param name="layers">Which layers are told.</param>
    /// <param name="format">How they look.</param>
    /// <param name="show">Shows one line. Called by one thread at a time.</param>
    /// <param name="clock">Times the bytes.</param>
    public LayerTrace(IReadOnlySet<Layer> layers, LayerFormat format, Action<Row> show, TimeProvider clock)
    {
        (_layers, _format, _show) = (layers, format, show);
        _journal = new Journal(new JournalOptions { ClosedConnections = 8 }, clock);
        _recording = new ClientRecording(_journal, new SecretNames());
        _watch = _journal.Watch();
        _readers = new ConnectionReaders(DecodingDepth.Full, _journal.Options.Decoders);
    }

    /// <summary>The recorder of the connection that was opened last, for facts of the layers above.</summary>
    public ConnectionRecorder? Latest => _recording.Latest;

    /// <summary>Hears each event behind its telling, shown or not: whoever waited for it prints behind it. Called by one thread at a time; set before anything is recorded.</summary>
    public Action<LayerEvent>? Happened { get; init; }

    /// <summary>Records what a handler opens from now on.</summary>
    public void Attach(SocketsHttpHandler handler) => _recording.Attach(handler);

    /// <summary>Tells everything as it comes, until this is disposed.</summary>
    public void Follow() => _following = Task.Run(async () =>
    {
        while (await _watch.WaitAsync()) Tell();
    });

    /// <summary>Tells everything that was recorded up to now.</summary>
    public void Tell()
    {
        lock (_telling)
        {
            foreach (var record in _watch.Take()) Tell(record);
        }
    }

    /// <summary>Takes the kernel's figures of the newest connection as an event of it, where there are any.</summary>
    public void Sample()
    {
        if (_layers.Contains(Layer.Tcp) && Latest?.Record.ReadTcpStatistics() is { } statistics) Latest.Fact(new TcpSample(statistics), DecodingDepth.Full);
    }

    /// <summary>Tells what is left to tell.</summary>
    public void Dispose()
    {
        _watch.Dispose();
        _following.Wait();
        Tell();
    }

    private void Tell(ConnectionRecord record)
    {
        bool more;
        do
        {
            _events.Clear();
            _ordered.Clear();
            more = _readers.Read(record, _events, atMost: 64);
            StackOrder.Arrange(_events, _ordered);
            foreach (var happened in _ordered)
            {
                if (_layers.Contains(happened.Detail.Layer))
                {
                    foreach (var line in _format.Lines(happened, record)) _show(line);
                }

                Happened?.Invoke(happened);
            }
        }
        while (more);
    }
}
