using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace RealtimeHello.Tests.Support;

/// <summary>Puts what is logged into a queue, and tells who waits for a line.</summary>
public sealed class LogQueue(ConcurrentQueue<string> lines) : ILoggerProvider
{
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(string Part, TaskCompletionSource Came)> _waiting = [];

    /// <summary>
    /// Done when the server's container was disposed of: loggers are made before everything else, and disposed of after it.
    /// </summary>
    public Task Disposed => _disposed.Task;

    /// <summary>Done when a line with this part was logged.</summary>
    public Task Wait(string part)
    {
        lock (_waiting)
        {
            if (lines.Any(line => line.Contains(part, StringComparison.Ordinal))) return Task.CompletedTask;
            var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((part, came));
            return came.Task;
        }
    }

    public ILogger CreateLogger(string categoryName) => new QueueLogger(categoryName, this);

    public void Dispose() => _disposed.TrySetResult();

    private void Add(string line)
    {
        lock (_waiting)
        {
            lines.Enqueue(line);
            foreach (var (part, came) in _waiting)
                if (line.Contains(part, StringComparison.Ordinal)) came.TrySetResult();
        }
    }

    private sealed class QueueLogger(string category, LogQueue queue) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            queue.Add($"{logLevel} {category}: {formatter(state, exception)}{(exception is null ? "" : " | " + exception)}");
    }
}
