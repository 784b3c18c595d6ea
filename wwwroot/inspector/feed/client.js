import { path } from '../api.js';
import { FeedHub } from './hub.js';

/** @typedef {import('../types.js').FeedMessage} FeedMessage */
/** @typedef {import('../types.js').Wanted} Wanted */

/** The only script address that the page's policy lets through: the worker's own. */
const workerAddress = new URL('./worker.js', import.meta.url).href;

/** A tab's end of the feed. */
export class Feed {
  /** @type {Wanted} */ #wanted = { connections: [], pulse: false };
  /** @type {import('../types.js').FeedPort | null} */ #port = null;
  /** @type {Set<(message: FeedMessage) => void>} */ #listeners = new Set();
  /** Whether this tab has a stream of its own, for lack of shared workers. */
  isShared = true;

  constructor() {
    addEventListener('pagehide', () => this.#port?.postMessage({ type: 'bye' }));
    addEventListener('pageshow', (event) => event.persisted && this.#ask());
    document.addEventListener('visibilitychange', () => {
      // A tab of its own stream gives it back while nobody sees it; one of the shared feed may have been frozen and forgotten.
      if (document.visibilityState === 'visible') this.#ask();
      else if (!this.isShared) this.#port?.postMessage({ type: 'bye' });
    });
  }

  /** @param {Wanted} wanted replaces what was wanted before */
  want(wanted) {
    this.#wanted = wanted;
    this.#ask();
  }

  /** @param {(message: FeedMessage) => void} listener @returns {() => void} stops it */
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #ask() {
    this.#port ??= this.#connect();
    this.#port.postMessage({ type: 'want', wanted: this.#wanted });
  }

  #connect() {
    const port = this.#openShared() ?? this.#openOwn();
    port.onmessage = (message) => {
      /** @type {FeedMessage} */
      const said = message.data;
      for (const listener of [...this.#listeners]) listener(said);
      if (said.type === 'batch') port.postMessage({ type: 'done' });
    };
    return port;
  }

  /** @returns {import('../types.js').FeedPort | null} */
  #openShared() {
    if (typeof SharedWorker === 'undefined') return null;
    try {
      return new SharedWorker(trusted(workerAddress), { type: 'module', name: `inspector ${path}` }).port;
    } catch {
      // Forbidden, such as in some private windows.
      return null;
    }
  }

  #openOwn() {
    this.isShared = false;
    const { port1, port2 } = new MessageChannel();
    new FeedHub(`${path}/events`).connect(port2);
    return port1;
  }
}

/**
 * The page's policy (require-trusted-types-for) refuses plain text as the address of a script.
 * @param {string} address
 */
function trusted(address) {
  const types = /** @type {any} */ (globalThis).trustedTypes;
  if (!types) return address;
  return types.createPolicy('inspector-feed', { createScriptURL: (/** @type {string} */ url) => {
    if (url !== workerAddress) throw new TypeError('Only the feed is a worker.');
    return url;
  } }).createScriptURL(address);
}
