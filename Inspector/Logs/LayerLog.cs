using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.Hubs;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Inspector.Logs;

/// <summary>
/// One more reader of the journal: writes each event to the category of its layer, <c>RealtimeHello.Layers.Tcp</c> to <c>RealtimeHello.Layers.Application</c>.
/// Information is the lifecycle of connections that ask for a WebSocket (and of those that fail before they can), Debug is every frame and hub
/// message, and plain HTTP. When Debug is on for a layer at start-up it decodes everything; otherwise it reads the lifecycle alone.
/// </summary>
internal sealed class LayerLog : BackgroundService
{
    private const int FewestUntold = 64;

    private readonly Journal journal;
    private readonly ILogger[] loggers;

    // What a connection said before it asked for a WebSocket: told when it does. At most the opening and the TLS handshake of live connections.
    private readonly Dictionary<string, List<LayerEvent>> untold = [];
    private int untoldAtMost = FewestUntold;

    public LayerLog(Journal journal, ILoggerFactory factory)
    {
        this.journal = journal;
        loggers = [.. Enum.GetValues<Layer>().Select(layer => factory.CreateLogger($"RealtimeHello.Layers.{layer}"))];
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (loggers.Any(logger => logger.IsEnabled(LogLevel.Debug))) await ReadEverything(stoppingToken);
        else if (loggers.Any(logger => logger.IsEnabled(LogLevel.Information))) await ReadLifecycle(stoppingToken);
    }

    private async Task ReadLifecycle(CancellationToken stoppingToken)
    {
        using var reader = journal.Lifecycle.Subscribe();
        var events = new List<LayerEvent>();
        await Until(reader.WaitAsync, () =>
        {
            events.Clear();
            var missed = reader.Read(events);
            if (missed > 0) loggers[0].Missed(missed);
            foreach (var happened in events) Take(happened);
        }, stoppingToken);
    }

    private async Task ReadEverything(CancellationToken stoppingToken)
    {
        using var reader = new JournalReader(journal, DecodingDepth.Full, after: default(EventSequence));
        await Until(reader.WaitAsync, () =>
        {
            foreach (var happened in reader.Read()) Take(happened);
        }, stoppingToken);
    }

    /// <summary>Reads on until the process stops, and once more then: the closes of the last connections are part of their stories.</summary>
    private static async Task Until(Func<CancellationToken, ValueTask<bool>> wait, Action read, CancellationToken stoppingToken)
    {
        try
        {
            while (await wait(stoppingToken)) read();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            read();
        }
    }

    private void Take(LayerEvent happened)
    {
        switch (happened.Detail)
        {
            case TcpOpened:
                if (untold.Count >= untoldAtMost) LetGoOfForgotten();
                untold[happened.Connection] = [happened];
                return;
            case HttpRequest { AsksForWebSocket: true }:
                TellWhatCameBefore(happened.Connection);
                break;
            case TcpClosed { Close.Cause: CloseCauses.TlsFailed }:
                TellWhatCameBefore(happened.Connection);
                break;
        }

        if (!untold.TryGetValue(happened.Connection, out var waiting))
        {
            Write(happened, IsLifecycle(happened.Detail));
            return;
        }

        if (happened.Detail is TcpClosed)
        {
            untold.Remove(happened.Connection);
            // Of plain HTTP only whoever looks closely wants to know; a hub by long polling or server-sent events is told from its connecting on.
            var carriedHub = journal.Find(happened.Connection)?.CarriesHub == true;
            foreach (var before in waiting) Write(before, carriedHub);
            Write(happened, carriedHub);
        }
        else if (happened.Detail.Layer == Layer.Tls)
        {
            waiting.Add(happened);
        }
        else
        {
            Write(happened, happened.Detail.Layer == Layer.Hub && IsLifecycle(happened.Detail));
        }
    }

    /// <summary>Of a connection that the journal forgot, such as a feed's own, no end is told.</summary>
    private void LetGoOfForgotten()
    {
        foreach (var connection in untold.Keys)
        {
            if (journal.Find(connection) is null) untold.Remove(connection);
        }

        untoldAtMost = Math.Max(FewestUntold, untold.Count * 2);
    }

    private void TellWhatCameBefore(string connection)
    {
        if (!untold.Remove(connection, out var waiting)) return;
        foreach (var before in waiting) Write(before, isLifecycle: true);
    }

    private static bool IsLifecycle(LayerDetail detail) => detail switch
    {
        HubInvoked or HubCompleted or HubSent or HubFailed { ErrorType: "HubException" } => false,
        TcpSample or TcpHalfClosed => false,
        _ => detail.Layer is Layer.Tcp or Layer.Tls or Layer.Http or Layer.Hub
            || detail.Kind is "close" or "handshakeRequest" or "handshakeResponse" or "fault" or "gap"
            || (detail.Layer == Layer.Application && detail.Kind is "joined" or "left"),
    };

    private void Write(LayerEvent happened, bool isLifecycle)
    {
        var detail = happened.Detail;
        var logger = loggers[(int)detail.Layer];
        var direction = happened.Direction switch { Direction.Received => "<-", Direction.Sent => "->", _ => "--" };
        var summary = detail is TcpClosed closed ? closed.Story : PrintableText.OneLine(detail.Summary, 400);
        if (!isLifecycle) logger.Detail(happened.Connection, direction, detail.Kind, summary);
        else if (detail is DecodeFault or HubFailed) logger.Trouble(happened.Connection, direction, detail.Kind, summary);
        else logger.Lifecycle(happened.Connection, direction, detail.Kind, summary);
    }
}
