using System.Net;
using Microsoft.AspNetCore.Connections;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Inspector.Listening;

/// <summary>Opens a record for every connection that it accepts.</summary>
internal sealed class RecordedListener(IConnectionListener inner, Journal journal, InspectorOptions options) : IConnectionListener
{
    public EndPoint EndPoint => inner.EndPoint;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        if (await inner.AcceptAsync(cancellationToken).ConfigureAwait(false) is not { } connection) return null;
        var recorder = journal.Open(
            connection.ConnectionId, Perspective.Server, $"{connection.RemoteEndPoint}", $"{connection.LocalEndPoint}", options.Secrets);
        return new RecordedConnection(connection, recorder);
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
