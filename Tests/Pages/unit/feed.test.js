import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FeedHub } from '../../../wwwroot/inspector/feed/hub.js';
import { feedAdvice, feedWords } from '../../../wwwroot/inspector/feed/words.js';

/** @typedef {import('../../../wwwroot/inspector/types.js').FeedMessage} FeedMessage */

/** A stream that says what it is told to. */
class Stream {
  static CLOSED = 2;
  /** @type {Stream[]} */ static opened = [];
  /** @type {Map<string, (message: any) => void>} */ #listeners = new Map();
  readyState = 0;

  /** @param {string} address */
  constructor(address) {
    this.address = address;
    Stream.opened.push(this);
  }

  /** @param {string} type @param {(message: any) => void} listener */
  addEventListener(type, listener) {
    this.#listeners.set(type, listener);
  }

  /** @param {string} type */
  tell(type) {
    this.#listeners.get(type)?.({ data: '{}' });
  }

  close() {
    this.readyState = Stream.CLOSED;
  }
}

/** @param {FeedHub} hub */
function tab(hub) {
  /** @type {FeedMessage[]} */
  const heard = [];
  /** @type {import('../../../wwwroot/inspector/types.js').FeedPort} */
  const port = { onmessage: null, postMessage: (message) => heard.push(message) };
  hub.connect(port);
  return { heard, say: (/** @type {any} */ data) => port.onmessage?.(/** @type {any} */ ({ data })) };
}

test('a tab that wants no events opens the narrowest stream and is told that it is live; another one’s stream does as well', () => {
  /** @type {any} */ (globalThis).EventSource = Stream;
  const hub = new FeedHub('/events');
  const quiet = tab(hub);
  quiet.say({ type: 'want', wanted: { connections: [], pulse: false } });
  assert.deepEqual(Stream.opened.map((stream) => stream.address), ['/events?layers=tcp']);
  Stream.opened[0]?.tell('ready');
  assert.deepEqual(quiet.heard.at(-2), { type: 'state', state: 'live', why: null });

  const looking = tab(hub);
  looking.say({ type: 'want', wanted: { connections: ['A'], pulse: false } });
  assert.equal(Stream.opened.at(-1)?.address, '/events?connection=A');
  looking.say({ type: 'bye' });
  assert.equal(Stream.opened.at(-1)?.address, '/events?layers=tcp');
  quiet.say({ type: 'bye' });
  assert.equal(Stream.opened.at(-1)?.readyState, Stream.CLOSED);
  assert.equal(Stream.opened.length, 3);
});

test('a refused feed says why, once, and is live when the server lets it', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const opened = Stream.opened.length;
  context.mock.method(globalThis, 'fetch', async () => new Response(JSON.stringify({ detail: 'Close one.' }), { status: 429 }));
  const hub = new FeedHub('/events');
  const looking = tab(hub);
  looking.say({ type: 'want', wanted: { connections: ['A'], pulse: false } });
  const refuse = async () => {
    const stream = Stream.opened.at(-1);
    stream?.close();
    stream?.tell('error');
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    await new Promise((done) => setImmediate(done));
  };
  await refuse();
  const why = { status: 429, detail: 'Close one.' };
  assert.deepEqual(looking.heard.at(-1), { type: 'state', state: 'waiting', why });
  assert.equal(feedWords('waiting', why), 'not live: too many feeds');
  assert.match(feedAdvice(why), /^Too many live feeds are open\. Close one\. This page tries again by itself/);

  const told = looking.heard.length;
  context.mock.timers.tick(3000);
  assert.equal(Stream.opened.length, opened + 2);
  await refuse();
  assert.equal(looking.heard.length, told);
  context.mock.timers.tick(3000);
  Stream.opened.at(-1)?.tell('ready');
  assert.deepEqual(looking.heard.at(-2), { type: 'state', state: 'live', why: null });
  looking.say({ type: 'bye' });
});
