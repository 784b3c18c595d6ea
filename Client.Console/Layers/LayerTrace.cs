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
/// Records this program's own connections and tells their events. It decodes with the server's own decoders, from the same kind of taps.
/// Thread-safe.
/// </summary>
internal sealed class LayerTrace : IDisposable
{
    private readonly ClientRecording _recording;
    private readonly IReadOnlySet<Layer> _layers;
    private readonly LayerTeller _teller;

    /// <param name="layers">Which layers are told.</param>
    /// <param name="format">How they look.</param>
    /// <param name="show">Shows one line. Called by one thread at a time.</param>
    /// <param name="clock">Times the bytes.</param>
    public LayerTrace(IReadOnlySet<Layer> layers, LayerFormat format, Action<Row> show, TimeProvider clock)
    {
        _layers = layers;
        var journal = new Journal(new JournalOptions { ClosedConnections = 8 }, clock);
        _recording = new ClientRecording(journal, new SecretNames());
        _teller = new LayerTeller(journal, new ShownEvents(layers, null, format), show) { Happened = happened => Happened?.Invoke(happened) };
    }

    /// <summary>The recorder of the connection that was opened last, for facts of the layers above.</summary>
    public ConnectionRecorder? Latest => _recording.Latest;

    /// <inheritdoc cref="LayerTeller.Happened"/>
    public Action<LayerEvent>? Happened { get; init; }

    /// <summary>Records what a handler opens from now on.</summary>
    public void Attach(SocketsHttpHandler handler) => _recording.Attach(handler);

    /// <inheritdoc cref="LayerTeller.Follow"/>
    public void Follow() => _teller.Follow();

    /// <inheritdoc cref="LayerTeller.Tell()"/>
    public void Tell() => _teller.Tell();

    /// <summary>Takes the kernel's figures of the newest connection as an event of it, where there are any.</summary>
    public void Sample()
    {
        if (_layers.Contains(Layer.Tcp) && Latest?.Record.ReadTcpStatistics() is { } statistics) Latest.Fact(new TcpSample(statistics), DecodingDepth.Full);
    }

    /// <inheritdoc/>
    public void Dispose() => _teller.Dispose();
}
