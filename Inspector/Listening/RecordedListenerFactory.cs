using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Inspector.Listening;

/// <summary>Stands in front of the transport, so that every endpoint is seen however it was configured.</summary>
internal sealed class RecordedListenerFactory(IConnectionListenerFactory inner, Journal journal, InspectorOptions options, ILogger<RecordedListener> logger)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => inner is not IConnectionListenerFactorySelector selector || selector.CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new RecordedListener(await inner.BindAsync(endpoint, cancellationToken).ConfigureAwait(false), journal, options, logger);
}
