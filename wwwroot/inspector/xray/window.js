import { readEvents } from '../api.js';
import { chunkOf } from './nesting.js';

/** @typedef {import('../types.js').LayerEvent} LayerEvent */

/** How far back and how many pages on: what belongs to one event stands near it. */
const chunksBefore = 4000;
const pagesAfter = 2;
const mostPages = 30;

/**
 * The events around one, without reading all of a long connection.
 * @param {string} id @param {string} sequence @param {AbortSignal} signal
 */
export async function readAround(id, sequence, signal) {
  /** @type {LayerEvent[]} */
  const events = [];
  const number = parseInt(sequence.slice(0, 12), 16);
  if (Number.isNaN(number)) return events;
  let after = /** @type {string | null} */ (`${Math.max(0, number - chunksBefore).toString(16).padStart(12, '0')}-000000000000-0000`);
  let behind = 0;
  for (let pages = 0; after !== null && behind < pagesAfter && pages < mostPages; pages++) {
    const page = await readEvents(id, after, signal);
    events.push(...page.items);
    const last = page.items.at(-1);
    if (last && chunkOf(last) > sequence.slice(0, 12)) behind++;
    after = page.next;
  }
  return events;
}
