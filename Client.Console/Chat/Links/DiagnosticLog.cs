using Microsoft.Extensions.Logging;

namespace RealtimeHello.Client.Chat.Links;

/// <summary>Passes the SignalR client's own log on, a line each. At Information and above it names no tokens.</summary>
internal sealed class DiagnosticLog(Action<string> tell) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName[(categoryName.LastIndexOf('.') + 1)..], tell);

    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class Logger(string category, Action<string> tell) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            var because = exception is null ? "" : $" ({exception.GetType().Name}: {exception.Message})";
            tell($"{category}: {formatter(state, null)}{because}");
        }
    }
}
