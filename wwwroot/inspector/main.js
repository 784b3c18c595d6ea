import { byId, el, perFrame, reconcile } from '../shared/dom.js';
import { explanations } from './explanations.js';
import { hexDump } from './hex-dump.js';
import { Timeline, layerBoxes } from './timeline.js';

/** @typedef {{ id: string, user: string | null, remote: string, path: string | null, state: string, openedAt: string, closedAt: string | null, close: { by: string, layer: string, cause: string, sentence: string } | null, counters: Record<string, number> }} Connection */

const path = document.body.dataset.path ?? '/inspect';
const notice = byId('notice', HTMLParagraphElement);
/** @type {Map<string, Connection>} */
const connections = new Map();
/** @type {string | null} */
let chosen = null;
/** What came live while the past was still being read; null when it was. @type {import('./timeline.js').LayerEvent[] | null} */
let early = null;

const timeline = new Timeline(byId('timeline', HTMLOListElement), byId('shown', HTMLSpanElement), (event) => {
  byId('detail-title', HTMLHeadingElement).textContent = `${event.layer} ${event.kind}`;
  byId('explained', HTMLParagraphElement).textContent = explanations[event.layer] ?? '';
  byId('detail', HTMLPreElement).textContent = JSON.stringify(event, null, 2);
  void showBytes(event);
});
layerBoxes(byId('layers', HTMLFieldSetElement), timeline);
byId('find', HTMLInputElement).addEventListener('input', (input) => timeline.find(/** @type {HTMLInputElement} */ (input.target).value));
const pause = byId('pause', HTMLButtonElement);
pause.addEventListener('click', () => {
  if (timeline.paused) timeline.resume();
  else timeline.paused = true;
  pause.setAttribute('aria-pressed', String(timeline.paused));
  pause.textContent = timeline.paused ? 'Go on' : 'Pause';
});

/** Bytes shown at most of one event. */
const mostBytes = 2048;
const hex = byId('hex', HTMLPreElement);
let asked = 0;

/** @param {import('./timeline.js').LayerEvent} event */
async function showBytes(event) {
  const mine = ++asked;
  hex.hidden = true;
  if (event.bytes === null || event.tap === null) return;
  const { start } = event.bytes;
  const end = Math.min(event.bytes.end, start + mostBytes);
  const answer = await fetch(`${path}/connections/${encodeURIComponent(event.connection)}/bytes?tap=${event.tap}&direction=${event.direction}&start=${start}&end=${end}`);
  if (mine !== asked) return;
  hex.textContent = answer.ok ? hexDump(new Uint8Array(await answer.arrayBuffer()), start) : 'These bytes were evicted, or are of a kind that is not stored.';
  if (end < event.bytes.end) hex.textContent += `\n… ${event.bytes.end - end} more bytes`;
  hex.hidden = false;
}

const drawConnections = perFrame(() => {
  const sorted = [...connections.values()].sort((a, b) => (a.openedAt < b.openedAt ? 1 : -1));
  reconcile(byId('connections', HTMLUListElement), sorted, (connection) => connection.id, createRow, updateRow);
  const current = chosen === null ? undefined : connections.get(chosen);
  if (current) byId('close', HTMLParagraphElement).textContent = describe(current);
});

/** @param {Connection} connection */
function createRow(connection) {
  return el('li', {}, el('button', { type: 'button', onclick: () => choose(connection.id) }, el('i', { class: 'state' }), el('b'), el('small'), el('small')));
}

/** @param {HTMLElement} row @param {Connection} connection */
function updateRow(row, connection) {
  const [state, name, story, why] = /** @type {HTMLElement[]} */ ([...(row.firstElementChild?.children ?? [])]);
  if (!state || !name || !story || !why) return;
  row.firstElementChild?.setAttribute('aria-current', String(connection.id === chosen));
  state.dataset.state = connection.state;
  name.textContent = `${connection.user ?? 'nobody'} ${connection.path ?? ''}`;
  story.textContent = `${connection.id} · ${connection.state} · ${connection.remote} · ${connection.counters.bytesReceived ?? 0} B in, ${connection.counters.bytesSent ?? 0} B out`;
  why.textContent = connection.close?.cause ?? '';
}

/** @param {Connection} connection */
function describe(connection) {
  const { counters } = connection;
  return connection.close
    ? `Closed by ${connection.close.by} at ${connection.close.layer}: ${connection.close.sentence}`
    : `Open since ${connection.openedAt.slice(11, 19)}. Frames: ${counters.framesReceived} received, ${counters.framesSent} sent.`;
}

/** @param {string} address @returns {Promise<any>} */
async function get(address) {
  const answer = await fetch(path + address);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail ?? body.title ?? answer.statusText);
  return body;
}

/** @param {string} message */
function tell(message) {
  notice.hidden = message === '';
  notice.textContent = message;
}

async function refresh() {
  try {
    const { items } = /** @type {{ items: Connection[] }} */ (await get('/connections?limit=200'));
    connections.clear();
    for (const connection of items) connections.set(connection.id, connection);
    tell(items.length === 0 ? 'No connection asked for a WebSocket yet. Open the chat in another tab.' : '');
    drawConnections();
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
  }
}

/** @param {string} id */
async function choose(id) {
  chosen = id;
  early = [];
  timeline.clear();
  byId('connection-title', HTMLHeadingElement).textContent = `Connection ${id}`;
  drawConnections();
  try {
    for (let after = ''; chosen === id; ) {
      const page = await get(`/connections/${encodeURIComponent(id)}/events?limit=1000${after && `&after=${after}`}`);
      if (chosen !== id) return;
      for (const event of page.items) timeline.add(event);
      if (page.next === null) break;
      after = page.next;
    }
    for (const event of early ?? []) timeline.add(event);
    early = null;
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
  }
}

/** The list is asked for again at most once a second, however much happens. */
let due = false;
function refreshSoon() {
  if (due) return;
  due = true;
  setTimeout(() => {
    due = false;
    void refresh();
  }, 1000);
}

function follow() {
  const feed = byId('feed', HTMLParagraphElement);
  const source = new EventSource(`${path}/events`);
  source.addEventListener('ready', () => (feed.textContent = 'live'));
  source.addEventListener('error', () => (feed.textContent = 'not live: trying again'));
  source.addEventListener('message', (message) => {
    const event = JSON.parse(message.data);
    if (event.connection === chosen) early === null ? timeline.add(event) : early.push(event);
    refreshSoon();
  });
}

await refresh();
follow();
