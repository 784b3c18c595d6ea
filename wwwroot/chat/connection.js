import { backoff } from './backoff.js';

/** @import { ConnectionState, Hub, WhoAmI } from './types.js' */

const startLimit = 15_000;

/** What time is, for this module; tests bring their own. */
const realClock = {
  now: () => Date.now(),
  /** @param {() => void} run @param {number} ms @returns {unknown} */
  after: (run, ms) => setTimeout(run, ms),
  /** @param {any} timer */
  cancel: timer => clearTimeout(timer),
};

/**
 * Keeps one hub connection alive.
 *
 *   stopped --start--> connecting --opened--> connected --closed--> waiting --due, or retryNow--> connecting
 *                          \--failed--> waiting                       nobody is signed in any more: signedOut
 */
export class Connection {
  /** @type {ConnectionState} */
  state = { kind: 'stopped' };
  /** @type {Hub | null} */
  #hub = null;
  #attempt = 0;
  #run = 0;
  /** @type {unknown} */
  #timer = null;
  /** @type {number | null} */
  #restartAfter = null;
  #options;

  /**
   * @param {{
   *   user: string,
   *   createHub: () => Hub,
   *   whoAmI: () => Promise<WhoAmI>,
   *   attach: (hub: Hub) => void,
   *   opened: (hub: Hub) => Promise<void>,
   *   changed: () => void,
   *   clock?: typeof realClock,
   *   random?: () => number,
   * }} options `attach` registers handlers before the start; `opened` brings the model up to date before the state says connected
   */
  constructor(options) {
    this.#options = { clock: realClock, random: Math.random, ...options };
  }

  /** The hub while it can be called. */
  get hub() {
    return this.state.kind === 'connected' ? this.#hub : null;
  }

  start() {
    void this.#connect();
  }

  async stop() {
    this.#run++;
    this.#clearTimer();
    const hub = this.#hub;
    this.#hub = null;
    this.#set({ kind: 'stopped' });
    await hub?.stop();
  }

  /** Ends a wait early. */
  retryNow() {
    if (this.state.kind === 'waiting') void this.#connect();
  }

  /** The server said that it is about to close, and when to come back. @param {number} ms */
  serverStopping(ms) {
    this.#restartAfter = Math.max(0, ms);
  }

  async #connect() {
    const run = ++this.#run;
    const { createHub, whoAmI, attach, opened, user, clock } = this.#options;
    this.#clearTimer();
    this.#set({ kind: 'connecting', attempt: this.#attempt });

    const who = await whoAmI();
    if (run !== this.#run) return;
    if (who.kind === 'nobody') return this.#signedOut('Your session has ended.', '');
    if (who.kind === 'unreachable') return this.#wait(who.sentence);
    if (who.user.user !== user) return this.#signedOut(`In another tab, this browser signed in as ${who.user.name}.`, who.user.name);

    const hub = createHub();
    attach(hub);
    hub.onclose(error => this.#closed(hub, error));
    try {
      await this.#within(startLimit, hub.start());
    } catch {
      void hub.stop();
      if (run === this.#run) this.#wait('The server answers, but its WebSocket did not open.');
      return;
    }
    if (run !== this.#run) return void hub.stop();
    this.#hub = hub;
    try {
      await opened(hub);
    } catch (error) {
      if (this.#hub !== hub) return;
      this.#hub = null;
      void hub.stop();
      return this.#wait(`The rooms could not be joined: ${error instanceof Error ? error.message : error}`);
    }
    if (this.#hub !== hub) return;
    this.#attempt = 0;
    this.#set({ kind: 'connected', since: clock.now() });
  }

  /** @param {Hub} hub @param {Error} [error] */
  #closed(hub, error) {
    if (hub !== this.#hub) return;
    this.#hub = null;
    this.#run++;
    if (this.#restartAfter !== null) return this.#wait('The server is restarting.');
    this.#wait(explainClose(error));
  }

  /** @param {string} reason */
  #wait(reason) {
    const { clock, random } = this.#options;
    const jittered = backoff(this.#attempt, random());
    const isRestart = this.#restartAfter !== null;
    const delay = this.#restartAfter === null ? jittered : this.#restartAfter + Math.min(jittered, 1000);
    this.#restartAfter = null;
    this.#timer = clock.after(() => this.retryNow(), delay);
    this.#set({ kind: 'waiting', attempt: ++this.#attempt, dueAt: clock.now() + delay, reason, isRestart });
  }

  /** @param {string} reason @param {string} name */
  #signedOut(reason, name) {
    this.#run++;
    this.#clearTimer();
    this.#set({ kind: 'signedOut', reason, name });
  }

  /** @param {number} ms @param {Promise<void>} work */
  #within(ms, work) {
    const { clock } = this.#options;
    return new Promise((resolve, reject) => {
      const timer = clock.after(() => reject(new Error('No answer.')), ms);
      work.then(resolve, reject).finally(() => clock.cancel(timer));
    });
  }

  #clearTimer() {
    if (this.#timer !== null) this.#options.clock.cancel(this.#timer);
    this.#timer = null;
  }

  /** @param {ConnectionState} state */
  #set(state) {
    this.state = state;
    this.#options.changed();
  }
}

/** @param {Error} [error] */
function explainClose(error) {
  if (!error) return 'The server closed the connection.';
  if (/timeout/i.test(error.message)) return 'Nothing was heard from the server for 30 seconds.';
  if (/Server returned an error on close/.test(error.message)) return 'The server ended the connection with an error.';
  return 'The connection was lost.';
}
