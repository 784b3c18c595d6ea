import { path } from '../api.js';

/**
 * @typedef {object} Finding
 * @property {string[]} seen what was seen, a line each
 * @property {string} [warning] what is not wrong, and should be known
 * @property {number[]} [times] milliseconds, to be drawn
 */

/** @typedef {Record<string, string | number | boolean | null>} Evidence */

/** A layer failed; what was seen of it goes to the catalogue. */
export class Failure extends Error {
  /** @param {string} seen @param {Evidence} evidence */
  constructor(seen, evidence) {
    super(seen);
    this.evidence = evidence;
  }
}

const patience = 5_000;
const tries = 7;
const roundTrips = 20;
const refusalLooks = 20;

/** The echo beside the inspector, by the address of this page. @param {string} attempt what the server's record of this attempt is found by */
const echoAddress = (attempt) => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}/echo/${attempt}`;

/** @param {number} milliseconds */
export const shown = (milliseconds) => `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;

/** @param {number[]} times */
const median = (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

/** What answers plain requests, how fast, and how the server sees this browser. @param {AbortSignal} signal @returns {Promise<Finding>} */
export async function probeHttp(signal) {
  /** @type {number[]} */
  const times = [];
  /** @type {string[]} */
  const seen = [];
  /** @type {string | undefined} */
  let warning;
  for (let i = 0; i < tries; i++) {
    const start = performance.now();
    const answer = await ask('/probe', signal);
    times.push(performance.now() - start);
    if (answer.status !== 200) throw new Failure(`${answer.status} ${answer.statusText}`, await evidenceOf(answer, 'notUpgraded'));
    const body = await answer.json();
    if (i > 0) continue;
    seen.push(`the server takes you for ${body.client}, by ${body.scheme}, at ${body.host}`);
    const server = answer.headers.get('server');
    if (server) seen.push(`answered by ${server}`);
    if (body.host !== location.host) {
      warning = `You asked for ${location.host}, and the server was asked for ${body.host}: a proxy does not pass Host on, and what checks the origin refuses. nginx: proxy_set_header Host $http_host; Apache: ProxyPreserveHost On`;
    } else if (`${body.scheme}:` !== location.protocol) {
      warning = `You came by ${location.protocol.slice(0, -1)}, and the server takes it for ${body.scheme}: let the proxy set X-Forwarded-Proto, and the server trust that proxy.`;
    }
  }
  const [entry] = performance.getEntriesByName(new URL(`${path}/probe`, location.href).href).slice(-1);
  if (entry instanceof PerformanceResourceTiming && entry.nextHopProtocol) seen.push(`this browser speaks ${entry.nextHopProtocol} with what is nearest to it`);
  seen.unshift(`a request takes ${shown(median(times))} (median of ${tries})`);
  return warning ? { seen, times, warning } : { seen, times };
}

/** Whether what the server sends bit by bit arrives bit by bit: the inspector's own feed depends on it. @param {AbortSignal} signal @returns {Promise<Finding>} */
export async function probeStream(signal) {
  const start = performance.now();
  const answer = await ask('/probe/stream', signal);
  const reader = answer.body?.getReader();
  if (!reader) return { seen: ['this browser can’t read a stream'] };
  /** @type {number[]} */
  const arrivals = [];
  for (;;) {
    const { done } = await reader.read();
    if (done) break;
    arrivals.push(performance.now() - start);
  }
  const first = arrivals[0] ?? 0;
  const last = arrivals[arrivals.length - 1] ?? 0;
  const seen = [`the first of 5 events came after ${shown(first)}, the last after ${shown(last)}; the server sends one every 200 ms`];
  return last - first < 300
    ? { seen, warning: 'Something on the way holds events back until there are more. nginx: proxy_buffering off; — or let the server send X-Accel-Buffering: no, and the proxy obey.' }
    : { seen };
}

/**
 * A WebSocket to the echo. Why there is none a browser does not tell, so a plain request to the same path, which the server answers with 426, says what can be said.
 * @param {AbortSignal} signal
 * @returns {Promise<{ socket: WebSocket, finding: Finding }>}
 */
export async function probeUpgrade(signal) {
  const attempt = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const start = performance.now();
  const socket = new WebSocket(echoAddress(attempt));
  socket.binaryType = 'arraybuffer';
  const opened = await new Promise((resolve) => {
    const give = (/** @type {boolean} */ up) => () => resolve(up);
    socket.onopen = give(true);
    socket.onclose = give(false);
    signal.addEventListener('abort', give(false), { once: true });
    setTimeout(give(false), patience);
  });
  if (opened) return { socket, finding: { seen: [`a WebSocket opened in ${shown(performance.now() - start)}`, `extensions: ${socket.extensions || 'none'}`] } };
  socket.close();
  const refused = await refusal(attempt, signal);
  if (refused) throw new Failure(`the request for a WebSocket reached the server, which refused it: ${refused.summary}`, { sign: 'notUpgraded', status: Number(refused.detail.status), text: String(refused.detail.body ?? '').slice(0, 400), isSecure: location.protocol === 'https:' });
  const plain = await ask('/echo', signal);
  const evidence = await evidenceOf(plain, 'notUpgraded');
  throw new Failure(`no WebSocket opened; a plain request to its path got ${plain.status} ${plain.statusText}, as a request does whose Upgrade field was taken out on the way`, evidence);
}

/**
 * How the server refused the attempt, as far as it came there and the viewer may see it. Its record begins before its answer does; the refusal is told in it once the
 * answer is complete, while the browser gives up at its first line. Whether that connection is closed by now, or serves a proxy on, says nothing.
 * @param {string} attempt @param {AbortSignal} signal @returns {Promise<import('../types.js').LayerState | undefined>}
 */
async function refusal(attempt, signal) {
  for (let i = 0; i < refusalLooks; i++) {
    if (i > 0) await new Promise((resolve) => setTimeout(resolve, 100));
    const answer = await ask('/connections?limit=100', signal);
    if (!answer.ok) return undefined;
    /** @type {import('../types.js').Connection[]} */
    const recent = (await answer.json()).items;
    const seen = recent.find((one) => one.path?.endsWith(`/${attempt}`));
    if (!seen) return undefined;
    const http = seen.layers?.find((layer) => layer.layer === 'http');
    if (http?.state === 'failed') return http;
  }
  return undefined;
}

/** @param {WebSocket} socket @param {AbortSignal} signal @returns {Promise<Finding>} */
export async function probeEcho(socket, signal) {
  const seen = [];
  for (const [what, message] of /** @type {[string, string | Uint8Array<ArrayBuffer>][]} */ ([
    ['a text of 5 letters', 'hello'],
    ['256 bytes', Uint8Array.from({ length: 256 }, (_, i) => i)],
    ['a text of 16 KB', 'x'.repeat(16 * 1024)],
    ['a text of 64 KB', 'y'.repeat(64 * 1024)],
  ])) {
    const start = performance.now();
    const back = await exchange(socket, message, signal);
    if (!same(back, message)) throw new Failure(`${what} came back changed`, { sign: 'messageChanged', text: what });
    seen.push(`${what} came back in ${shown(performance.now() - start)}`);
  }
  return { seen };
}

/** @param {WebSocket} socket @param {AbortSignal} signal @returns {Promise<Finding>} */
export async function probeRoundTrip(socket, signal) {
  /** @type {number[]} */
  const times = [];
  for (let i = 0; i < roundTrips; i++) {
    const start = performance.now();
    await exchange(socket, `${i}`, signal);
    times.push(performance.now() - start);
  }
  return { seen: [`median ${shown(median(times))}, from ${shown(Math.min(...times))} to ${shown(Math.max(...times))} (${roundTrips} messages one after the other)`], times };
}

/**
 * Says nothing, and waits who ends it.
 * @param {WebSocket} socket @param {number} seconds @param {AbortSignal} signal @param {(passed: number) => void} tick
 * @returns {Promise<Finding>}
 */
export async function probeIdle(socket, seconds, signal, tick) {
  const start = performance.now();
  const passed = () => (performance.now() - start) / 1000;
  const clock = setInterval(() => tick(Math.min(passed(), seconds)), 500);
  try {
    /** @type {CloseEvent | null} */
    const closed = await new Promise((resolve) => {
      socket.onclose = resolve;
      signal.addEventListener('abort', () => resolve(null), { once: true });
      setTimeout(() => resolve(null), seconds * 1000);
    });
    if (signal.aborted) throw new DOMException('Stopped', 'AbortError');
    if (closed) {
      const seen = `after ${passed().toFixed(1)} s: ${closed.code === 1006 ? 'cut without a Close frame (1006)' : `Close ${closed.code} ${closed.reason}`}`;
      throw new Failure(seen, closed.code === 1006 ? { sign: 'idleCut' } : { sign: 'idleClosed', closeCode: closed.code });
    }
  } finally {
    clearInterval(clock);
  }
  const answered = await exchange(socket, 'still there', signal).catch(() => null);
  if (answered === null) throw new Failure(`silent behind ${seconds} s: nobody closed it, and nobody answers`, { sign: 'idleCut' });
  return { seen: [`alive after ${seconds} s of silence, and it answers`] };
}

/** What the catalogue says. @param {Evidence} evidence @returns {Promise<{ cause: string, certainty: string, sentence: string, fix: string, lines: string[] }>} */
export async function diagnose(evidence) {
  const answer = await fetch(`${path}/diagnosis?evidence=${encodeURIComponent(JSON.stringify(evidence))}`, { cache: 'no-store' });
  if (!answer.ok) throw new Error(`The catalogue answered ${answer.status}.`);
  return answer.json();
}

/** @param {string} address @param {AbortSignal} signal */
async function ask(address, signal) {
  try {
    return await fetch(path + address, { cache: 'no-store', signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]) });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Failure('no answer to a plain request', { sign: 'silent' });
  }
}

/** @param {Response} answer @param {string} sign @returns {Promise<Evidence>} */
async function evidenceOf(answer, sign) {
  const text = (await answer.text().catch(() => '')).slice(0, 400);
  return { sign, status: answer.status, server: answer.headers.get('server') ?? '', contentType: answer.headers.get('content-type') ?? '', text, isSecure: location.protocol === 'https:' };
}

/** @param {WebSocket} socket @param {string | Uint8Array<ArrayBuffer>} message @param {AbortSignal} signal @returns {Promise<string | ArrayBuffer>} */
function exchange(socket, message, signal) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Failure('no echo in time', { sign: 'webSocketEnded', text: 'no echo' })), patience);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    socket.onmessage = (event) => {
      clearTimeout(late);
      resolve(event.data);
    };
    socket.onclose = (event) => {
      clearTimeout(late);
      reject(new Failure(`closed in place of an echo: ${event.code} ${event.reason}`, { sign: event.code === 1006 ? 'webSocketEnded' : 'messageRefused', closeCode: event.code }));
    };
    socket.send(message);
  });
}

/** @param {string | ArrayBuffer} back @param {string | Uint8Array} sent */
function same(back, sent) {
  if (typeof back === 'string' || typeof sent === 'string') return back === sent;
  const bytes = new Uint8Array(back);
  return bytes.length === sent.length && bytes.every((value, i) => value === sent[i]);
}
