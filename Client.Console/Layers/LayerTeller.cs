using RealtimeHello.Client.Terminal;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Client.Layers;

/// <summary>
/// Tells what a journal records, layer by layer, in the order of its bytes: one more reader of the journal, so that who is slow to show holds up
/// nobody but the telling. Thread-safe.
/// </summary>
internal sealed class LayerTeller : IDisposable
{
    /// <summary>Events that are decoded before they are shown.</summary>
    private const int AtOnce = 64;

    private readonly ShownEvents _shown;
    private readonly Action<Row> _show;
    private readonly JournalWatch _watch;
    private readonly ConnectionReaders _readers;
    private readonly List<LayerEvent> _events = [];
    private readonly List<LayerEvent> _ordered = [];
    private readonly Lock _telling = new();
    private Task _following = Task.CompletedTask;

    /// <param name="journal">What is told, from now on.</param>
    /// <param name="shown">Which events, and how they look.</param>
    /// <param name="show">Shows one line. Called by one thread at a time.</param>
    public LayerTeller(Journal journal, ShownEvents shown, Action<Row> show)
    {
        (_shown, _show) = (shown, show);
        _watch = journal.Watch();
        _readers = new ConnectionReaders(DecodingDepth.Full, journal.Options.Decoders);
    }

    /// <summary>Hears each event behind its telling, shown or not: whoever waited for it prints behind it. Called by one thread at a time; set before anything is recorded.</summary>
    public Action<LayerEvent>? Happened { get; init; }

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
            more = _readers.Read(record, _events, AtOnce);
            StackOrder.Arrange(_events, _ordered);
            foreach (var happened in _ordered)
            {
                foreach (var line in _shown.Rows(happened, record)) _show(line);
                Happened?.Invoke(happened);
            }
        }
        while (more);
    }
}
