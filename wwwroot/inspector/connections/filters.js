/** @typedef {import('../types.js').Connection} Connection */

/** The filters that choose one of the values that are there. */
export const choices = /** @type {const} */ (['state', 'user', 'path', 'cause']);

/** Stands in the user filter for connections of nobody: no name of a user, which may be any word. */
export const nobody = '(nobody)';

/** @type {readonly string[]} */
export const states = ['open', 'closed', 'refused'];

/**
 * The filters as the server asks for them. @param {URLSearchParams} filters
 */
export function parametersOf(filters) {
  const parameters = new URLSearchParams();
  for (const name of choices) {
    const value = filters.get(name) ?? '';
    if (value === '' || (name === 'state' && !states.includes(value))) continue;
    parameters.set(name, name === 'user' && value === nobody ? '' : value);
  }
  const text = textOf(filters);
  if (text !== '') parameters.set('text', text);
  return parameters;
}

/** @param {URLSearchParams} filters */
const textOf = (filters) => (filters.get('q') ?? '').trim().toLowerCase();

/** @param {Connection} connection @param {typeof choices[number]} name @returns {string} */
export function valueOf(connection, name) {
  if (name === 'cause') return connection.close?.cause ?? '';
  if (name === 'user') return connection.user ?? nobody;
  return connection[name] ?? '';
}

/**
 * What filters choose of the connections that are here already, until the server has answered.
 * @param {Connection[]} connections
 * @param {URLSearchParams} filters
 */
export function filtered(connections, filters) {
  const text = textOf(filters);
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
