using System.Globalization;
using Spectre.Console;

namespace RealtimeHello.Client.Terminal;

/// <summary>Writes rows one after the other, as lines; with styles where a terminal reads them, bare into a pipe or file.</summary>
/// <param name="writer">Where they go. When its reader has left, nothing more is written.</param>
/// <param name="colors">Null: no styles at all.</param>
internal sealed class RowWriter(TextWriter writer, ColorSystem? colors)
{
    private readonly Lock _lock = new();
    private bool _isBroken;

    /// <summary>Nobody reads any more.</summary>
    public bool IsBroken
    {
        get
        {
            lock (_lock) return _isBroken;
        }
    }

    public void Write(Row row)
    {
        lock (_lock)
        {
            if (_isBroken) return;
            try
            {
                using var line = new StringWriter(CultureInfo.InvariantCulture);
                var ansi = colors is { } system ? new AnsiWriter(line, new AnsiCapabilities { Ansi = true, ColorSystem = system }) : null;
                foreach (var span in row.Spans)
                {
                    if (ansi is null) line.Write(span.Text);
                    else ansi.Write(span.Text, span.Style);
                }

                writer.Write((ansi is null ? line.ToString().TrimEnd(' ') : line.ToString()) + "\n");
                writer.Flush();
            }
            catch (IOException)
            {
                // Whoever read us left (| head).
                _isBroken = true;
            }
        }
    }
}
