/** @typedef {import('./types.js').Connection} Connection */
/** @typedef {import('./types.js').LayerEvent} LayerEvent */

/** Where the inspector is served, such as `/inspect`. */
export const path = document.body.dataset.path ?? '';

/** Whether there is a token that makes a browser the operator's. */
export const hasToken = document.body.dataset.hasToken === 'yes';

/** The server said no, or nothing. */
export class ApiError extends Error {
  /** @param {number} status 0: there was no answer @param {string} title @param {string} detail @param {boolean} [isOfAnother] another process answered than the one that gave what was read before
   * @param {boolean} [seesAll] whoever asked may see everything that there is */
  constructor(status, title, detail, isOfAnother = false, seesAll = false) {
    super(detail || title);
    this.status = status;
    this.title = title;
    this.isOfAnother = isOfAnother;
    this.seesAll = seesAll;
  }

  /** What was asked for may not be seen, or not any more. Of what is not there that can't be told, unless all may be seen. */
  get isForbidden() {
    return this.status === 401 || this.status === 403 || (this.status === 404 && !this.seesAll);
  }
}

/** The process that gave the last answer that was no refusal. @type {string | null} */
let known = null;

/** @param {string} address @param {AbortSignal} [signal] */
async function ask(address, signal) {
  /** @type {Response} */
  let answer;
  try {
    answer = await fetch(path + address, { signal: signal ?? null, headers: { Accept: 'application/json' } });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'No answer', 'It may have stopped, or the network between is away.');
  }
  const process = answer.headers.get('Inspector-Process');
  if (answer.ok) {
    known = process;
    return answer;
  }
  const problem = await answer.json().catch(() => ({}));
  throw new ApiError(answer.status, problem.title ?? answer.statusText, problem.detail ?? '', known !== null && process !== null && process !== known, problem.seesAll === true);
}

/** @param {string} address @param {AbortSignal} [signal] @returns {Promise<any>} */
const askJson = async (address, signal) => (await ask(address, signal)).json();

/**
 * One page of connections, the newest first.
 * @param {URLSearchParams} parameters state, user, path, cause, text; after, limit @param {AbortSignal} [signal] @returns {Promise<{ items: Connection[], next: string | null }>}
 */
export const readConnections = (parameters, signal) => askJson(`/connections?${parameters}`, signal);

/** @param {string} id @param {AbortSignal} [signal] @returns {Promise<Connection>} */
export const readConnection = (id, signal) => askJson(`/connections/${encodeURIComponent(id)}`, signal);

/**
 * One page of a connection's events.
 * @param {string} id @param {string | null} after @param {AbortSignal} [signal]
 * @returns {Promise<{ items: LayerEvent[], next: string | null }>}
 */
export const readEvents = (id, after, signal) =>
  askJson(`/connections/${encodeURIComponent(id)}/events?limit=1000${after === null ? '' : `&after=${encodeURIComponent(after)}`}`, signal);

/**
 * Recorded bytes, secrets masked; an ApiError with status 410 where they are not kept.
 * @param {string} id @param {'plain' | 'wire'} tap @param {string} direction @param {import('./types.js').ByteRange} range @param {AbortSignal} [signal]
 */
export async function readBytes(id, tap, direction, range, signal) {
  const answer = await ask(`/connections/${encodeURIComponent(id)}/bytes?tap=${tap}&direction=${direction}&start=${range.start}&end=${range.end}`, signal);
  return new Uint8Array(await answer.arrayBuffer());
}

/**
 * Follows a value through all connections that the viewer may see.
 * @param {string} text @param {AbortSignal} [signal] @returns {Promise<import('./types.js').Found>}
 */
export const find = (text, signal) => askJson(`/find?text=${encodeURIComponent(text)}&limit=500`, signal);

/** A recorded connection as a file. @param {string} id @param {string} format @param {AbortSignal} [signal] @returns {Promise<Blob>} */
export async function readExport(id, format, signal) {
  const answer = await ask(`/connections/${encodeURIComponent(id)}/export?format=${format}`, signal);
  // What stands between may answer with a page of its own, as where one has to sign in again.
  if (!answer.headers.get('Content-Disposition')?.startsWith('attachment')) throw new ApiError(answer.status, 'No file', 'what answered is no export. Load this page again.');
  return answer.blob();
}

/** @param {string} id @param {string} format */
export const exportAddress = (id, format) => `${path}/connections/${encodeURIComponent(id)}/export?format=${format}`;
