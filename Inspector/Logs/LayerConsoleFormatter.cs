using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using RealtimeHello.Layers;

namespace RealtimeHello.Inspector.Logs;

/// <summary>
/// A console log made for reading connections: time, level, layer in a column of its own, the connection, an arrow, what happened. One colour a layer
/// on a terminal; none where output is redirected or NO_COLOR is set (https://no-color.org). Every entry is one line: a stranger's text can't forge another.
/// </summary>
internal sealed class LayerConsoleFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "layers";

    private const string Prefix = "RealtimeHello.Layers.";
    private const string Reset = "\u001b[0m";
    private const string Dim = "\u001b[2m";

    private static readonly bool Coloured = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        ArgumentNullException.ThrowIfNull(textWriter);
        var level = logEntry.LogLevel switch
        {
            LogLevel.Trace => "trce",
            LogLevel.Debug => "dbug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warn",
            LogLevel.Error => "fail",
            _ => "crit",
        };
        textWriter.Write(time.GetLocalNow().ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture));
        textWriter.Write(level);
        textWriter.Write(' ');
        if (logEntry.Category.StartsWith(Prefix, StringComparison.Ordinal)
            && Enum.TryParse<Layer>(logEntry.Category.AsSpan(Prefix.Length), out var layer)
            && logEntry.State is IReadOnlyList<KeyValuePair<string, object?>> state && state.Count >= 4)
            WriteLayer(textWriter, layer, state);
        else
            WriteOther(textWriter, logEntry);
        textWriter.WriteLine();
    }

    private static void WriteLayer(TextWriter writer, Layer layer, IReadOnlyList<KeyValuePair<string, object?>> state)
    {
        if (Coloured) writer.Write($"\u001b[{LayerNames.TerminalColourOf(layer)}m");
        writer.Write(LayerNames.Of(layer).PadRight(12));
        if (Coloured) writer.Write(Reset);
        if (Coloured) writer.Write(Dim);
        writer.Write($"{state[0].Value} ");
        if (Coloured) writer.Write(Reset);
        writer.Write($"{state[1].Value} ");
        writer.Write($"{state[2].Value}".PadRight(18));
        writer.Write(state[3].Value);
    }

    private static void WriteOther<TState>(TextWriter writer, in LogEntry<TState> entry)
    {
        if (Coloured) writer.Write(Dim);
        writer.Write(PrintableText.OneLine(entry.Category, 120));
        if (Coloured) writer.Write(Reset);
        writer.Write(": ");
        writer.Write(PrintableText.OneLine(entry.Formatter(entry.State, entry.Exception), 4_000));
        for (var exception = entry.Exception; exception is not null; exception = exception.InnerException)
        {
            writer.Write($" | {exception.GetType().Name}: {PrintableText.OneLine(exception.Message, 1_000)}");
            if (exception.InnerException is null && exception.StackTrace is { } trace)
                writer.Write($" {PrintableText.OneLine(trace.ReplaceLineEndings(" "), 2_000)}");
        }
    }
}
