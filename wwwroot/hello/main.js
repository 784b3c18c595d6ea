import { byId, el, perFrame } from '../shared/dom.js';
import { layerBars } from '../shared/layers.js';
import { attachThemeButton } from '../shared/theme.js';
import { layerLore } from '../inspector/lore/layers.js';
import { printable } from '../inspector/printable.js';
import { hasInspector } from '../shared/inspector.js';
import { showDetail, showNothing, showUnrecorded } from './detail.js';
import { Link } from './link.js';
import { drawStack } from './stack.js';
import { wayOf } from './ways.js';

/** @typedef {import('./link.js').SeenEvent} SeenEvent */

/** Rows kept; the oldest go first. */
const mostRows = 500;
/** Messages that wait for a WebSocket at most. */
const mostUnsent = 20;

const address = byId('address', HTMLInputElement);
const text = byId('text', HTMLInputElement);
const closeButton = byId('close', HTMLButtonElement);
const rows = byId('events', HTMLOListElement);
const detail = byId('detail', HTMLElement);
const source = byId('source', HTMLSpanElement);

/** @type {Link | null} */
let link = null;
/** @type {SeenEvent[]} */
let events = [];
/** @type {import('./link.js').TcpInfo} */
let tcpInfo = null;
/** The browser's WebSocket has ended, whatever the server told of that. */
let isOver = false;
/** Whether the user picked a row; until then the newest frame is shown. */
let picked = false;
/** What waits for the WebSocket to open. @type {(string | Uint8Array<ArrayBuffer>)[]} */
let unsent = [];

const own = new URL('/hello', location.href);
own.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
address.value = own.href;
byId('brand-bars', HTMLSpanElement).append(layerBars());
attachThemeButton(byId('theme', HTMLButtonElement));
const stack = byId('stack', HTMLOListElement);
const drawLayers = perFrame(() => drawStack(stack, events, tcpInfo, isOver, pick));
begin(hasInspector);
readyToType();

byId('connect-form', HTMLFormElement).addEventListener('submit', (submit) => {
  submit.preventDefault();
  connect();
});
byId('send-form', HTMLFormElement).addEventListener('submit', (submit) => {
  submit.preventDefault();
  sendMessage();
});
byId('close-form', HTMLFormElement).addEventListener('submit', (submit) => {
  submit.preventDefault();
  close();
});

/** What stands beside the messages before any was picked. @param {boolean} recorded whether the server tells this page what it sees */
function begin(recorded) {
  stack.hidden = !recorded;
  if (recorded) showNothing(detail);
  else showUnrecorded(detail);
  drawLayers();
}

function connect() {
  const url = readAddress();
  if (!url) {
    unsent = [];
    return;
  }
  link?.drop();
  events = [];
  tcpInfo = null;
  picked = false;
  rows.replaceChildren();
  source.hidden = true;
  begin(hasInspector);
  /** @type {Link | null} */
  let mine = null;
  mine = link = new Link(url, {
    state: (state, sentence) => {
      if (mine === null || mine === link) showState(state, sentence);
    },
    source: (recorded) => {
      if (mine !== link) return;
      source.hidden = false;
      source.textContent = recorded ? 'recorded by the server' : 'as the browser tells: messages only';
      if (!recorded) begin(false);
      source.title = recorded ? 'Every byte shown was seen at the server’s socket.' : 'The server did not record this connection for this page; a browser tells neither frames nor bits.';
    },
    events: (found, figures) => {
      if (mine !== link) return;
      tcpInfo = figures ?? tcpInfo;
      for (const event of found) addEvent(event);
      drawLayers();
    },
    message: (direction, said, binary, length) => {
      if (mine === link) addMessage(direction, said, binary, length);
    },
  });
}

/** @returns {URL | null} */
function readAddress() {
  /** @type {URL} */
  let url;
  try {
    url = new URL(address.value.trim(), own);
  } catch {
    return complain(address, 'address-trouble', 'That is no address; write it like ws://localhost:5080/hello.');
  }
  if (url.protocol === 'http:') url.protocol = 'ws:';
  if (url.protocol === 'https:') url.protocol = 'wss:';
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') return complain(address, 'address-trouble', 'A WebSocket’s address begins with ws:// or wss://.');
  if (url.hash) return complain(address, 'address-trouble', 'A WebSocket’s address has no # (RFC 6455 3).');
  if (url.host !== own.host || url.protocol !== own.protocol)
    return complain(address, 'address-trouble', `This page may connect to ${own.protocol}//${own.host} alone: its Content-Security-Policy says connect-src 'self'. The console goes anywhere: dotnet run --project Client.Console -- hello ${printable(url.href)}`);
  complain(address, 'address-trouble', '');
  return url;
}

/** Sends what was typed; where no WebSocket is open, it opens one for it first. */
function sendMessage() {
  const message = readMessage();
  if (message === null) return;
  picked = false;
  const state = link?.socket.readyState;
  if (link && state === WebSocket.OPEN) link.send(message);
  else {
    if (unsent.length < mostUnsent) unsent.push(message);
    if (state !== WebSocket.CONNECTING) connect();
  }
  readyToType();
}

/** @returns {string | Uint8Array<ArrayBuffer> | null} */
function readMessage() {
  const binary = new FormData(byId('send-form', HTMLFormElement)).get('kind') === 'binary';
  const digits = text.value.replaceAll(/\s/g, '');
  if (binary && !/^([0-9a-f]{2})*$/i.test(digits)) return complain(text, 'send-trouble', 'Bytes are two hexadecimal digits each, such as 00 ff.');
  complain(text, 'send-trouble', '');
  return binary ? Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16)) : text.value;
}

/** The text has the focus, and typing replaces it. */
function readyToType() {
  text.focus();
  text.select();
}

function close() {
  if (link?.socket.readyState !== WebSocket.OPEN) return;
  const codeField = byId('code', HTMLInputElement);
  const reason = byId('reason', HTMLInputElement).value;
  const code = Number(codeField.value);
  if (!/^\d{4}$/.test(codeField.value) || (code !== 1000 && (code < 3000 || code > 4999))) {
    complain(codeField, 'close-trouble', 'A browser lets a page send 1000 and 3000 to 4999.');
    return;
  }
  if (new TextEncoder().encode(reason).length > 123) {
    complain(codeField, 'close-trouble', 'The reason has at most 123 bytes (RFC 6455 5.5).');
    return;
  }
  complain(codeField, 'close-trouble', '');
  picked = false;
  link.close(code, reason);
}

/** @param {HTMLInputElement} field @param {string} place @param {string} sentence @returns {null} */
function complain(field, place, sentence) {
  const trouble = byId(place, HTMLParagraphElement);
  trouble.textContent = sentence;
  trouble.hidden = sentence === '';
  if (sentence === '') field.removeAttribute('aria-invalid');
  else field.setAttribute('aria-invalid', 'true');
  return null;
}

/** @param {string} state @param {string} sentence */
function showState(state, sentence) {
  const place = byId('state', HTMLParagraphElement);
  place.dataset.state = state;
  isOver = state === 'closed' || state === 'failed';
  drawLayers();
  place.textContent = printable(sentence);
  const isOpen = state === 'open';
  closeButton.disabled = !isOpen;
  byId('connect', HTMLButtonElement).textContent = isOpen || state === 'connecting' ? 'Connect anew' : 'Connect';
  if (state === 'failed') unsent = [];
  if (!isOpen) return;
  for (const message of unsent.splice(0)) link?.send(message);
  // Who types already goes on.
  if (document.activeElement !== text) readyToType();
}

/** @param {SeenEvent} event */
function addEvent(event) {
  events.push(event);
  const button = el('button', { type: 'button', class: 'event new', 'data-layer': event.layer, 'data-sequence': event.sequence, 'aria-pressed': 'false', onclick: () => pick(event) },
    el('span', { class: 'name' }, layerLore[event.layer].name),
    el('span', { class: 'way', title: wayOf(event).words }, wayOf(event).arrow),
    el('span', { class: 'says' }, `${event.kind}: ${printable(event.summary)}`));
  append(button);
  if (!picked && (event.kind === 'frame' && event.direction === 'received' || event.kind === 'close' && event.direction === 'received' || event.kind === 'request')) show(event);
}

/** @param {'received' | 'sent'} direction @param {string} said @param {boolean} binary @param {number} length */
function addMessage(direction, said, binary, length) {
  append(el('div', { class: 'event new', 'data-layer': 'webSocket' },
    el('span', { class: 'name' }, 'WebSocket'),
    el('span', { class: 'way' }, direction === 'sent' ? '→' : '←'),
    el('span', { class: 'says' }, `message: ${binary ? 'binary' : 'text'}, ${length} B: ${printable(said)}`)));
}

/** @param {HTMLElement} row */
function append(row) {
  byId('nothing', HTMLParagraphElement).hidden = true;
  rows.append(el('li', {}, row));
  while (rows.childElementCount > mostRows) {
    rows.firstElementChild?.remove();
    events.shift();
  }
  rows.scrollTop = rows.scrollHeight;
}

/** @param {SeenEvent} event */
function pick(event) {
  picked = true;
  show(event);
  // Where the columns stand below one another, what was picked is out of sight.
  if (matchMedia('(max-width: 64rem)').matches) {
    detail.scrollIntoView({ block: 'nearest' });
    detail.focus({ preventScroll: true });
  }
}

/** @param {SeenEvent} event */
function show(event) {
  for (const row of rows.querySelectorAll('[aria-pressed="true"]')) row.setAttribute('aria-pressed', 'false');
  rows.querySelector(`[data-sequence="${event.sequence}"]`)?.setAttribute('aria-pressed', 'true');
  showDetail(detail, event);
}
