/** @typedef {import('../types.js').Connection} Connection */
/** @typedef {{ at: number, rtt: number | null, received: number | null, sent: number | null, messagesReceived: number | null, messagesSent: number | null }} Sample */

/** Ten minutes of a sample a second. */
export const mostSamples = 600;
/** Connections whose samples stay while others are looked at; the one looked at longest ago goes first. */
export const mostConnections = 12;
/** Nobody looked for so long, in seconds: what is between two samples is not known then. */
const longestGap = 5;

/** Figures of a connection over time, as far as this page looked at it. */
export class Samples {
  /** @type {Sample[]} */ all = [];
  /** @type {Connection | null} */ #last = null;
  #lastAt = 0;

  /** @param {Connection} connection @param {number} now in seconds */
  add(connection, now) {
    const before = this.#last;
    // It is over, and its last figures were taken.
    if (connection.state !== 'open' && before?.state !== 'open') return;
    const seconds = now - this.#lastAt;
    const isNext = before !== null && seconds > 0 && seconds <= longestGap;
    /** @param {keyof import('../types.js').Counters} key */
    const rate = (key) => (isNext ? Math.max(0, (connection.counters[key] - before.counters[key]) / seconds) : null);
    // A sample of nothing breaks the lines.
    if (before !== null && !isNext) this.#push({ at: this.#lastAt + 1, rtt: null, received: null, sent: null, messagesReceived: null, messagesSent: null });
    if (before !== null || connection.tcpInfo) {
      this.#push({ at: now, rtt: connection.tcpInfo?.rttMicroseconds ?? null, received: rate('bytesReceived'), sent: rate('bytesSent'), messagesReceived: rate('hubMessagesReceived'), messagesSent: rate('hubMessagesSent') });
    }
    this.#last = connection;
    this.#lastAt = now;
  }

  /** @param {Sample} sample */
  #push(sample) {
    this.all.push(sample);
    const oldest = sample.at - mostSamples;
    while (this.all.length > mostSamples || (this.all[0] && this.all[0].at < oldest)) this.all.shift();
  }
}

/** The samples of the connections looked at lately, the latest last. @type {Map<string, Samples>} */
const kept = new Map();

/** A connection's samples, which outlive the view: one goes to an event's X-ray, and comes back. @param {string} id */
export function samplesOf(id) {
  const samples = kept.get(id) ?? new Samples();
  kept.delete(id);
  kept.set(id, samples);
  const [oldest] = kept.keys();
  if (kept.size > mostConnections && oldest !== undefined) kept.delete(oldest);
  return samples;
}

/** Nothing of a connection is kept that may not be seen any more. @param {string} id */
export const forgetSamples = (id) => kept.delete(id);
