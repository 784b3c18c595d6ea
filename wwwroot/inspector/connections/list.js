import { ApiError, readConnections } from '../api.js';
import { parametersOf } from './filters.js';

/** @typedef {import('../types.js').Connection} Connection */
/** @typedef {{ items: Connection[], hasMore: boolean }} List hasMore: the server has older ones */

/** Connections read at once. */
export const pageSize = 500;
/** Pages kept at most; filters find what is behind them. */
export const mostPages = 6;

/**
 * Reads the newest connections that the filters choose, and of those behind them all that are open: however many closed ones are newer, they are what one looks for.
 * What was read before is read again, since it may have been closed or forgotten.
 * @param {URLSearchParams} filters @param {number} pages @param {AbortSignal} signal @returns {Promise<List>}
 */
export async function readList(filters, pages, signal) {
  const wanted = parametersOf(filters);
  const state = wanted.get('state');
  const newest = await readPages(wanted, state === 'open' ? mostPages : pages, signal);
  if (!newest.hasMore || state !== null) return newest;
  wanted.set('state', 'open');
  const open = await readPages(wanted, mostPages, signal);
  return { items: [...new Map([...newest.items, ...open.items].map((connection) => [connection.id, connection])).values()], hasMore: true };
}

/** @param {URLSearchParams} wanted @param {number} most @param {AbortSignal} signal @returns {Promise<List>} */
async function readPages(wanted, most, signal) {
  const parameters = new URLSearchParams(wanted);
  parameters.set('limit', String(pageSize));
  /** @type {Connection[]} */
  const items = [];
  for (let page = 0; page < most; page++) {
    try {
      const answer = await readConnections(parameters, signal);
      items.push(...answer.items);
      if (answer.next === null) return { items, hasMore: false };
      parameters.set('after', answer.next);
    } catch (error) {
      // The one that the last page ended with was forgotten meanwhile: the next time goes on behind another.
      if (page > 0 && error instanceof ApiError && error.status === 410) break;
      throw error;
    }
  }
  return { items, hasMore: true };
}
