/** @typedef {import('../types.js').FeedPort} FeedPort */
/** @typedef {import('../types.js').FeedMessage} FeedMessage */
/** @typedef {import('../types.js').FeedRequest} FeedRequest */
/** @typedef {import('../types.js').FeedState} FeedState */
/** @typedef {import('../types.js').LayerEvent} LayerEvent */
/** @typedef {import('../types.js').Refusal} Refusal */
/** @typedef {import('../types.js').Wanted} Wanted */
/** @typedef {{ wanted: Wanted, events: LayerEvent[], touched: Set<string>, dropped: number, isWaiting: boolean, sentAt: number }} Subscriber */

/** Events kept for a tab that is slow; the oldest go first, and the tab is told how many. It can read them again from the server. */
const mostQueued = 2000;
const flushMilliseconds = 100;
const retryMilliseconds = 3000;
/** A tab that did not take a batch for so long is gone or frozen; it asks again when it wakes up. */
const patienceMilliseconds = 120_000;

/**
 * Owns the one stream of server-sent events of a browser and hands each tab what it wants. A browser opens six connections to a host over HTTP/1.1, and
 * a stream holds one for good: with a stream a tab, the seventh tab would not load.
 *
 * tab: want -> hub: state, ready (read what you missed), batch -> tab: done (ready for the next) ... bye
 */
export class FeedHub {
  /** @type {Map<FeedPort, Subscriber>} */ #subscribers = new Map();
  /** @type {EventSource | null} */ #source = null;
  #address = '';
  /** @type {FeedState} */ #state = 'connecting';
  /** @type {Refusal | null} */ #why = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #flush;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #retry;

  /** @param {string} base address of the stream, without a query */
  constructor(base) {
    this.base = base;
  }

  /** @param {FeedPort} port */
  connect(port) {
    port.onmessage = (message) => this.#receive(port, message.data);
  }

  /** @param {FeedPort} port @param {FeedRequest} request */
  #receive(port, request) {
    const subscriber = this.#subscribers.get(port);
    if (request.type === 'bye') {
      this.#subscribers.delete(port);
      this.#open();
    } else if (request.type === 'done' && subscriber) {
      subscriber.isWaiting = false;
      if (subscriber.events.length + subscriber.touched.size > 0) this.#flushSoon();
    } else if (request.type === 'want') {
      this.#subscribers.set(port, { wanted: request.wanted, events: [], touched: new Set(), dropped: 0, isWaiting: false, sentAt: Date.now() });
      const before = this.#address;
      this.#open();
      port.postMessage({ type: 'state', state: this.#state, why: this.#why });
      // With another address the stream opens again and tells everybody; else this tab alone.
      if (before === this.#address && this.#state === 'live') port.postMessage({ type: 'ready' });
    }
  }

  /** Opens the narrowest stream that holds what the tabs want. */
  #open() {
    const address = this.#narrowest();
    if (address === this.#address && this.#source?.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
    this.#address = address;
    if (address === '') return;

    const source = (this.#source = new EventSource(address));
    // Trying again is still waiting: who reads along aloud hears it once.
    if (this.#state !== 'waiting') this.#tell('connecting');
    source.addEventListener('ready', () => {
      this.#tell('live');
      this.#toAll({ type: 'ready' });
    });
    source.addEventListener('message', (message) => this.#fanOut(JSON.parse(message.data)));
    source.addEventListener('missed', (message) => this.#toAll({ type: 'missed', ...JSON.parse(message.data) }));
    source.addEventListener('error', () => {
      this.#tell('waiting', this.#why);
      // The browser tries again by itself after a lost connection, but not after an answer such as 401.
      if (source.readyState === EventSource.CLOSED && source === this.#source) void this.#askWhy(source, address);
    });
  }

  /** An EventSource keeps the answer that it did not like to itself. @param {EventSource} source @param {string} address */
  async #askWhy(source, address) {
    this.#retry = setTimeout(() => this.#open(), retryMilliseconds);
    const stop = new AbortController();
    /** @type {Refusal | null} */
    let why = null;
    try {
      const answer = await fetch(address, { headers: { Accept: 'text/event-stream' }, signal: stop.signal });
      if (!answer.ok) why = { status: answer.status, detail: String((await answer.json().catch(() => null))?.detail ?? '') };
    } catch {
      // No answer is no refusal.
    }
    // Had there been a place by now, this would hold it.
    stop.abort();
    if (source === this.#source) this.#tell('waiting', why);
  }

  #narrowest() {
    const wanted = [...this.#subscribers.values()].map((subscriber) => subscriber.wanted);
    const ids = new Set(wanted.flatMap((one) => one.connections));
    const pulse = wanted.some((one) => one.pulse);
    // A tab that wants no events still shows whether the server is there.
    if (ids.size === 0) return wanted.length > 0 ? `${this.base}?layers=tcp` : '';
    const [only] = ids;
    return ids.size === 1 && !pulse && only !== undefined ? `${this.base}?connection=${encodeURIComponent(only)}` : this.base;
  }

  /** @param {LayerEvent} event */
  #fanOut(event) {
    for (const subscriber of this.#subscribers.values()) {
      if (subscriber.wanted.pulse) subscriber.touched.add(event.connection);
      if (!subscriber.wanted.connections.includes(event.connection)) continue;
      subscriber.events.push(event);
      if (subscriber.events.length > mostQueued) subscriber.dropped += subscriber.events.splice(0, subscriber.events.length - mostQueued).length;
    }
    this.#flushSoon();
  }

  #flushSoon() {
    this.#flush ??= setTimeout(() => {
      this.#flush = undefined;
      for (const [port, subscriber] of this.#subscribers) this.#send(port, subscriber);
    }, flushMilliseconds);
  }

  /** @param {FeedPort} port @param {Subscriber} subscriber */
  #send(port, subscriber) {
    if (subscriber.isWaiting) {
      if (Date.now() - subscriber.sentAt > patienceMilliseconds) this.#receive(port, { type: 'bye' });
      return;
    }
    if (subscriber.events.length + subscriber.touched.size === 0) return;
    port.postMessage({ type: 'batch', events: subscriber.events, touched: [...subscriber.touched], dropped: subscriber.dropped });
    Object.assign(subscriber, { events: [], touched: new Set(), dropped: 0, isWaiting: true, sentAt: Date.now() });
  }

  /** @param {FeedState} state @param {Refusal | null} [why] */
  #tell(state, why = null) {
    if (state === this.#state && why?.status === this.#why?.status) return;
    this.#state = state;
    this.#why = why;
    this.#toAll({ type: 'state', state, why });
  }

  /** @param {FeedMessage} message */
  #toAll(message) {
    for (const port of this.#subscribers.keys()) port.postMessage(message);
  }
}
