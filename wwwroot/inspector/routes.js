/** @typedef {import('./types.js').Route} Route */

/**
 * Reads the address behind #: nothing or `connections?state=open`, `connection/ID?q=text`, `connection/ID/SEQUENCE`, `find=TEXT`, `doctor`.
 * @param {string} hash
 * @returns {Route}
 */
export function parseRoute(hash) {
  const text = hash.replace(/^#/, '');
  if (text === 'doctor') return { view: 'doctor' };
  if (text.startsWith('find=')) return { view: 'way', text: decode(text.slice('find='.length)) };
  const [place = '', query = ''] = split(text, '?');
  const parts = place.split('/').map(decode);
  const filters = new URLSearchParams(query);
  if (parts[0] === 'connection' && parts[1]) {
    return parts[2] ? { view: 'xray', id: parts[1], sequence: parts[2] } : { view: 'connection', id: parts[1], filters };
  }
  return { view: 'connections', filters };
}

/** @param {URLSearchParams} [filters] */
export const toConnections = (filters) => `#connections${query(filters)}`;

/** @param {string} id @param {URLSearchParams} [filters] */
export const toConnection = (id, filters) => `#connection/${encodeURIComponent(id)}${query(filters)}`;

/** @param {string} id @param {string} sequence */
export const toXray = (id, sequence) => `#connection/${encodeURIComponent(id)}/${encodeURIComponent(sequence)}`;

export const toDoctor = '#doctor';

/** @param {string} text */
export const toWay = (text) => `#find=${encodeURIComponent(text)}`;

/** Whether two addresses are of one view, which can stay. @param {Route} a @param {Route} b */
export function sameView(a, b) {
  if (a.view === 'connections' && b.view === 'connections') return true;
  return a.view === 'connection' && b.view === 'connection' && a.id === b.id;
}

/**
 * Changes the filters in the address without a step back for each letter typed.
 * @param {string} address
 */
export const replaceAddress = (address) => history.replaceState(null, '', address);

/** @param {URLSearchParams | undefined} filters */
const query = (filters) => (filters?.toString() ? `?${filters}` : '');

/** @param {string} text @param {string} separator */
function split(text, separator) {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** An address typed by hand may hold a lone %. @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
