using System.Diagnostics;
using System.Globalization;

namespace RealtimeHello.Client.Doctor;

/// <summary>Says on one line of a terminal what is waited for, and for how long already; says nothing where nobody looks.</summary>
/// <param name="terminal">Null: nobody looks.</param>
internal sealed class DoctorProgress(TextWriter? terminal)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    /// <summary>Begins to say it; disposing ends that, and takes the line back.</summary>
    public IDisposable? Begin(string what, TimeSpan limit) => terminal is null ? null : new Line(terminal, what, limit);

    private sealed class Line : IDisposable
    {
        private readonly TextWriter _terminal;
        private readonly Timer _timer;
        private readonly Lock _gate = new();
        private bool _isOver;

        public Line(TextWriter terminal, string what, TimeSpan limit)
        {
            _terminal = terminal;
            var start = Stopwatch.GetTimestamp();
            _timer = new Timer(_ => Write(string.Create(CultureInfo.InvariantCulture, $"{what}: {Stopwatch.GetElapsedTime(start).TotalSeconds:0} of {limit.TotalSeconds:0} s")), null, Step, Step);
        }

        public void Dispose()
        {
            _timer.Dispose();
            Write("");
            lock (_gate) _isOver = true;
        }

        /// <summary>From the line's beginning, and clears what is left of the one before.</summary>
        private void Write(string text)
        {
            lock (_gate)
            {
                if (_isOver) return;
                _terminal.Write($"\r\e[K{text}");
                _terminal.Flush();
            }
        }
    }
}
