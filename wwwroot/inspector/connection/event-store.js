import { readEvents } from '../api.js';

/** @typedef {import('../types.js').LayerEvent} LayerEvent */

/** Events kept in this tab; the oldest go first. The server keeps its own budget. */
export const mostEvents = 50_000;

/** The events of one connection in order, each once, whether they came from a page of the past or from the feed. */
export class EventStore {
  /** @type {LayerEvent[]} */ events = [];
  /** @type {Set<string>} */ #seen = new Set();
  /** How many were dropped here to stay within the limit. */
  forgotten = 0;
  /** Everything up to here came by pages, without holes. @type {string | null} */ #readThrough = null;
  /** @type {Promise<void> | null} */ #reading = null;
  #again = false;

  /** @param {string} id @param {AbortSignal} signal @param {() => void} changed */
  constructor(id, signal, changed) {
    this.id = id;
    this.signal = signal;
    this.changed = changed;
  }

  /** @param {LayerEvent[]} events */
  add(events) {
    let sorted = true;
    for (const event of events) {
      // What left before is read again when the feed breaks off: it does not come back.
      if (this.#seen.has(event.sequence) || (this.forgotten > 0 && event.sequence < (this.events[0]?.sequence ?? ''))) continue;
      this.#seen.add(event.sequence);
      const last = this.events.at(-1);
      sorted &&= last === undefined || last.sequence < event.sequence;
      this.events.push(event);
    }
    // The live feed may have run ahead of the pages of the past.
    if (!sorted) this.events.sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
    const over = this.events.length - mostEvents;
    if (over > 0) {
      for (const old of this.events.splice(0, over)) this.#seen.delete(old.sequence);
      this.forgotten += over;
    }
    this.changed();
  }

  /** Reads what is there and was not read; asked for again meanwhile, it goes round once more. */
  async catchUp() {
    if (this.#reading !== null) {
      this.#again = true;
      return this.#reading;
    }
    try {
      await (this.#reading = this.#readOn());
    } finally {
      this.#reading = null;
    }
  }

  /** How many there were, those dropped here included. */
  get told() {
    return this.events.length + this.forgotten;
  }

  get isReading() {
    return this.#reading !== null;
  }

  async #readOn() {
    do {
      this.#again = false;
      for (;;) {
        const page = await readEvents(this.id, this.#readThrough, this.signal);
        this.add(page.items);
        this.#readThrough = page.items.at(-1)?.sequence ?? this.#readThrough;
        if (page.next === null) break;
      }
    } while (this.#again);
  }
}
