using RealtimeHello.Client.Layers;
using RealtimeHello.Client.Terminal;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording.Captures;
using RealtimeHello.Recording.Exports;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Client.Show;

/// <summary>Reads a file, and prints or exports what it holds.</summary>
internal static class ShowProgram
{
    /// <returns>The process's exit code.</returns>
    public static async Task<int> Run(ShowSettings settings)
    {
        if (settings.Export is { } asked && !Console.IsOutputRedirected)
        {
            Terminals.Note($"An export is no text for a terminal: redirect it, such as > exported.{asked.ToString().ToLowerInvariant()}");
            return 2;
        }

        Recorded recorded;
        try
        {
            recorded = await Recorded.Read(settings.File);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Terminals.Note($"{settings.File} can't be shown. {trouble.Message}");
            return 1;
        }

        var connections = recorded.Connections.Where(connection => settings.Connection is null || connection.Id == settings.Connection).ToList();
        if (connections.Count == 0 && settings.Connection is { } wanted)
        {
            Terminals.Note($"{settings.File} has no connection {wanted}; it has {(recorded.Connections.Count == 0 ? "none" : string.Join(", ", recorded.Connections.Take(20).Select(connection => connection.Id)))}.");
            return 1;
        }

        foreach (var note in recorded.Notes) Terminals.Note(note);
        string? unwritten = null;
        string? missed = null;
        if (settings.Export is { } format) unwritten = await Export(format, connections);
        else if (!Print(settings, connections, trouble => unwritten = trouble) && settings.Text is { } text) missed = $"No event of {settings.File} that is to be shown holds '{PrintableText.OneLine(text, 80)}'.";
        List<string> troubles = [.. new[] { missed, recorded.Trouble, unwritten }.OfType<string>()];
        foreach (var trouble in troubles) Terminals.Note(trouble);
        return troubles.Count == 0 ? 0 : 1;
    }

    /// <returns>Whether there was anything to print.</returns>
    private static bool Print(ShowSettings settings, List<ConnectionRecord> connections, Action<string?> ended)
    {
        var output = Terminals.OpenRows(ended);
        var shown = new ShownEvents(settings.Layers, settings.Text, new LayerFormat(TimeZoneInfo.Local, names: connections.Count > 1));
        var isAny = false;
        foreach (var (happened, record) in MergedEvents.Of(connections))
        {
            foreach (var row in shown.Rows(happened, record))
            {
                output.Write(row);
                isAny = true;
            }

            if (output.IsBroken) break;
        }

        return isAny;
    }

    /// <returns>Why it can't be written; null: it is, or its reader left.</returns>
    private static async Task<string?> Export(ExportFormat format, List<ConnectionRecord> connections)
    {
        await using var stream = Console.OpenStandardOutput();
        try
        {
            await (format switch
            {
                ExportFormat.Pcapng => PcapngExport.Write(stream, connections),
                ExportFormat.Har => HarExport.Write(stream, connections, DecoderLimits.Default),
                ExportFormat.Ndjson => NdjsonExport.Write(stream, connections, DecoderLimits.Default),
                _ => CaptureWriter.Write(stream, connections),
            });
            return null;
        }
        catch (Exception failure) when (OutputTrouble.IsOne(failure))
        {
            return OutputTrouble.Of(failure);
        }
    }
}
