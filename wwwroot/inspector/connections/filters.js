/** @typedef {import('../types.js').Connection} Connection */

/** The filters that choose one of the values that are there. */
export const choices = /** @type {const} */ (['state', 'user', 'path', 'cause']);

/** Stands in the user filter for connections of nobody: no name of a user, which may be any word. */
export const nobody = '(nobody)';

/** @param {Connection} connection @param {typeof choices[number]} name @returns {string} */
export function valueOf(connection, name) {
  if (name === 'cause') return connection.close?.cause ?? '';
  if (name === 'user') return connection.user ?? nobody;
  return connection[name] ?? '';
}

/**
 * @param {Connection[]} connections
 * @param {URLSearchParams} filters
 */
export function filtered(connections, filters) {
  const text = (filters.get('q') ?? '').trim().toLowerCase();
  return connections.filter((connection) =>
    choices.every((name) => !filters.get(name) || valueOf(connection, name) === filters.get(name))
    && (text === '' || haystack(connection).includes(text)));
}

/** @param {Connection} connection */
function haystack(connection) {
  const { close } = connection;
  return [connection.id, connection.user, connection.remote, connection.proxy, connection.endpoint, connection.path, connection.state, close?.cause, close?.sentence, close?.code, ...(connection.layers ?? []).map((layer) => layer.summary)]
    .join('\n')
    .toLowerCase();
}
