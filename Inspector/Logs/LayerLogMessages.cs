using Microsoft.Extensions.Logging;

namespace RealtimeHello.Inspector.Logs;

/// <summary>One line a fact; every line carries the connection's id, so that a search for it tells the connection's story.</summary>
internal static partial class LayerLogMessages
{
    [LoggerMessage(1, LogLevel.Information, "{Connection} {Direction} {Kind}: {Summary}")]
    public static partial void Lifecycle(this ILogger logger, string connection, string direction, string kind, string summary);

    [LoggerMessage(2, LogLevel.Debug, "{Connection} {Direction} {Kind}: {Summary}")]
    public static partial void Detail(this ILogger logger, string connection, string direction, string kind, string summary);

    [LoggerMessage(3, LogLevel.Warning, "{Connection} {Direction} {Kind}: {Summary}")]
    public static partial void Trouble(this ILogger logger, string connection, string direction, string kind, string summary);

    [LoggerMessage(4, LogLevel.Warning, "The layer log was too slow and left out {Count} events.")]
    public static partial void Missed(this ILogger logger, long count);
}
