import { hasInspector } from '../shared/inspector.js';

/** @typedef {import('../inspector/types.js').LayerEvent & { hex: string | null }} SeenEvent an event with the beginning of its bytes */
/** @typedef {import('../inspector/types.js').TcpStatistics | null} TcpInfo */

/**
 * @typedef {object} Listener
 * @property {(state: 'connecting' | 'open' | 'closing' | 'closed' | 'failed', sentence: string) => void} state
 * @property {(recorded: boolean) => void} source whether the server recorded this connection for us
 * @property {(events: SeenEvent[], tcpInfo: TcpInfo) => void} events
 * @property {(direction: 'received' | 'sent', text: string, binary: boolean, length: number) => void} message what the browser tells, where nothing was recorded
 */

/** How long after something passed the server is asked for it: at once, and again for what takes a little. Milliseconds. */
const soon = [0, 120, 600];
/** How often, and how long, the server is asked for the end of a connection that is over. */
const endInterval = 250;
const endTries = 20;

/**
 * One WebSocket, and what the server recorded of it: the page makes up a secret for each connection, and asks with it for that connection's events.
 * Nothing is held open for that: it asks when something passed.
 */
export class Link {
  #watch = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
  #after = '';
  #asking = false;
  #again = false;
  /** Null until the server was asked. @type {boolean | null} */
  #recorded = null;
  /** What the browser told before that was known. @type {(() => void)[]} */
  #early = [];
  #ended = false;
  /** The Close of this page, if it was the first. @type {string | null} */
  #sent = null;
  #opened = false;

  /**
   * @param {URL} address of this server
   * @param {Listener} listener
   */
  constructor(address, listener) {
    this.listener = listener;
    const watched = new URL(address);
    this.watchable = watched.pathname === '/hello';
    if (this.watchable) watched.searchParams.set('watch', this.#watch);
    listener.state('connecting', 'Connecting …');
    this.socket = new WebSocket(watched);
    this.socket.binaryType = 'arraybuffer';
    this.socket.addEventListener('open', () => this.#open());
    this.socket.addEventListener('message', (message) => this.#message(message));
    this.socket.addEventListener('close', (close) => void this.#close(close));
  }

  /** @param {string | Uint8Array<ArrayBuffer>} message */
  send(message) {
    this.socket.send(message);
    this.#tell('sent', message);
    this.#askSoon();
  }

  /** @param {number} code @param {string} reason */
  close(code, reason) {
    this.socket.close(code, reason);
    this.#sent = closeInWords(code, reason);
    this.listener.state('closing', `Sent Close ${code}; waiting for the other one.`);
  }

  /** Lets go of a connection that is not wanted any more. */
  drop() {
    this.#ended = true;
    this.socket.close();
  }

  async #open() {
    this.#opened = true;
    this.listener.state('open', `Open${this.socket.protocol ? `, subprotocol ${this.socket.protocol}` : ''}.`);
    this.#recorded = this.watchable && (await this.#ask());
    this.listener.source(this.#recorded);
    for (const tell of this.#early.splice(0)) if (!this.#recorded) tell();
    this.#askSoon();
  }

  /** @param {MessageEvent} message */
  #message(message) {
    this.#tell('received', typeof message.data === 'string' ? message.data : new Uint8Array(message.data));
    this.#askSoon();
  }

  /** @param {CloseEvent} close */
  async #close(close) {
    if (!this.#opened) {
      this.listener.state('failed', 'No WebSocket there, or the server refused it. A page is not told why; ' + (hasInspector ? 'the inspector and the console are.' : 'the console is.'));
      return;
    }
    const said = closeInWords(close.code, close.reason);
    if (close.wasClean) this.listener.state('closed', sentence(this.#sent === null ? `Closed: the server sent ${said}` : `Closed: this page sent ${this.#sent}, and the server answered with ${said === this.#sent ? 'the same' : said}`));
    else this.listener.state('failed', `Broken off: there was ${said} (the browser calls that 1006).`);
    for (let tries = 0; this.#recorded && !this.#ended && tries < endTries; tries++) {
      await this.#ask();
      await new Promise((done) => setTimeout(done, endInterval));
    }
  }

  /** Only where the server recorded nothing. @param {'received' | 'sent'} direction @param {string | Uint8Array} message */
  #tell(direction, message) {
    if (this.#recorded) return;
    const binary = typeof message !== 'string';
    const text = binary ? Array.from(message.subarray(0, 64), (byte) => byte.toString(16).padStart(2, '0')).join(' ') : message.slice(0, 2000);
    const length = binary ? message.length : new TextEncoder().encode(message).length;
    const tell = () => this.listener.message(direction, text, binary, length);
    if (this.#recorded === null) this.#early.push(tell);
    else tell();
  }

  #askSoon() {
    if (!this.#recorded) return;
    for (const wait of soon) setTimeout(() => void this.#ask(), wait);
  }

  /** @returns {Promise<boolean>} whether the server knows this connection */
  async #ask() {
    if (!hasInspector) return false;
    if (this.#asking) {
      this.#again = true;
      return true;
    }
    this.#asking = true;
    try {
      for (let more = true; more && !this.#ended; ) {
        this.#again = false;
        const answer = await fetch(`/hello/events?watch=${this.#watch}${this.#after && `&after=${this.#after}`}`, { cache: 'no-store' });
        if (!answer.ok) return false;
        const page = /** @type {{ items: SeenEvent[], more: boolean, tcpInfo: TcpInfo }} */ (await answer.json());
        this.#after = page.items.at(-1)?.sequence ?? this.#after;
        if (this.#ended) return true;
        this.#ended = page.items.some((event) => event.layer === 'tcp' && event.kind === 'closed');
        this.listener.events(page.items, page.tcpInfo);
        more = page.more || this.#again;
      }
      return true;
    } catch {
      return false;
    } finally {
      this.#asking = false;
    }
  }
}

/** @param {number} code @param {string} reason */
const closeInWords = (code, reason) => (code === 1005 ? 'a Close without a code' : code === 1006 ? 'no Close frame' : `Close ${code}${reason ? `, ${reason}` : ''}`);

/** @param {string} text */
const sentence = (text) => (/[.!?…]$/.test(text) ? text : `${text}.`);
