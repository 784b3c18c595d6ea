using System.Globalization;
using Spectre.Console;

namespace RealtimeHello.Client.Terminal;

/// <summary>Writes rows one after the other, as lines; with styles where a terminal reads them, bare into a pipe or file.</summary>
/// <param name="writer">Where they go. When it takes nothing more, nothing more is written.</param>
/// <param name="colors">Null: no styles at all.</param>
/// <param name="ended">Hears once that it takes nothing more, and why; null: its reader left.</param>
internal sealed class RowWriter(TextWriter writer, ColorSystem? colors, Action<string?>? ended = null)
{
    private readonly Lock _lock = new();
    private bool _isBroken;
    private bool _hasFailed;

    /// <summary>Nobody reads any more, or it can't be written.</summary>
    public bool IsBroken
    {
        get
        {
            lock (_lock) return _isBroken;
        }
    }

    /// <summary>It can't be written, though somebody may want to read.</summary>
    public bool HasFailed
    {
        get
        {
            lock (_lock) return _hasFailed;
        }
    }

    public void Write(Row row)
    {
        string? trouble;
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
                return;
            }
            catch (Exception failure) when (OutputTrouble.IsOne(failure))
            {
                _isBroken = true;
                trouble = OutputTrouble.Of(failure);
                _hasFailed = trouble is not null;
            }
        }

        ended?.Invoke(trouble);
    }
}
