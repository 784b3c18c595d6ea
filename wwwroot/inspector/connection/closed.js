/** @typedef {import('../types.js').Connection} Connection */

/**
 * A connection as its own `closed` says that it ended, for as long as the server does not say it: one that stops answers no more.
 * @param {Connection} connection @param {import('../types.js').LayerEvent} closed @returns {Connection}
 */
export function closedBy(connection, closed) {
  if (connection.state !== 'open') return connection;
  const { close, counters } = closed.detail;
  return {
    ...connection,
    state: close.cause === 'upgrade_refused' ? 'refused' : 'closed',
    closedAt: closed.at,
    close,
    counters: { ...connection.counters, ...counters },
    layers: (connection.layers ?? []).map((layer) => (['opening', 'open', 'closing'].includes(layer.state) ? { ...layer, state: 'closed', summary: summaryOf(layer) } : layer)),
  };
}

/** What a layer said of its state is of before its end; what it said of itself goes on to be so. @param {import('../types.js').LayerState} layer */
const summaryOf = ({ layer, state, summary }) => (layer === 'webSocket' || state !== 'open' ? `${summary} when last read` : summary);
