using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Inspector.Listening;

/// <summary>Opens a record for every connection that it accepts. Where that fails, the connection is served unrecorded.</summary>
internal sealed partial class RecordedListener(IConnectionListener inner, Journal journal, InspectorOptions options, ILogger logger) : IConnectionListener
{
    private (EndPoint? Of, string Text) local = (null, "");

    public EndPoint EndPoint => inner.EndPoint;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        if (await inner.AcceptAsync(cancellationToken).ConfigureAwait(false) is not { } connection) return null;
        try
        {
            var recorder = journal.Open(
                connection.ConnectionId, Perspective.Server, $"{connection.RemoteEndPoint}", TextOf(connection.LocalEndPoint), options.Secrets);
            return new RecordedConnection(connection, recorder);
        }
        catch (Exception exception)
        {
            // Thrown on, it would end the server's accepting.
            NotRecorded(logger, exception, connection.ConnectionId);
            return connection;
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    /// <summary>Mostly the same as that of the connection before: then it is the same string, too.</summary>
    private string TextOf(EndPoint? endpoint)
    {
        if (endpoint is null || !endpoint.Equals(local.Of)) local = (endpoint, $"{endpoint}");
        return local.Text;
    }

    [LoggerMessage(1, LogLevel.Error, "Connection {Connection} is not recorded: its record could not be opened.")]
    private static partial void NotRecorded(ILogger logger, Exception exception, string connection);
}
