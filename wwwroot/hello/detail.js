import { el } from '../shared/dom.js';
import { clock } from '../inspector/format.js';
import { kindLore } from '../inspector/lore/kinds.js';
import { layerLore } from '../inspector/lore/layers.js';
import { printable } from '../inspector/printable.js';
import { bitDiagram } from '../inspector/xray/bit-diagram.js';
import { Highlight } from '../inspector/xray/highlight.js';
import { fieldsOf } from '../inspector/xray/bits.js';
import { unmasking } from '../inspector/xray/unmasking.js';
import { wayOf } from './ways.js';

/** @typedef {import('./link.js').SeenEvent} SeenEvent */

/** @type {AbortController | null} */
let shown = null;

/**
 * Shows one event: what it is, and of a frame every bit.
 * @param {HTMLElement} place
 * @param {SeenEvent} event
 */
export function showDetail(place, event) {
  shown?.abort();
  shown = new AbortController();
  const lore = layerLore[event.layer];
  place.dataset.layer = event.layer;
  place.replaceChildren(
    el('div', { class: 'detail-head' },
      el('h3', {}, el('b', {}, lore.name), ` ${event.kind}`),
      el('span', { class: 'quiet' }, `${wayOf(event).words}, ${clock(event.at)}`)),
    el('p', { class: 'quiet' }, kindLore(event), ' ', ...lore.links.slice(0, 1).map((link) => el('a', { href: link.href, target: '_blank', rel: 'noreferrer' }, link.text))),
    ...partsOf(event, shown.signal));
}

/** Before anything was picked. @param {HTMLElement} place */
export function showNothing(place) {
  place.dataset.layer = 'webSocket';
  place.replaceChildren(
    el('div', { class: 'detail-head' }, el('h3', {}, 'Five bytes, and what carries them')),
    el('p', {}, 'Connect, and send “hello”. Its five bytes become a frame of eleven: two bytes of header, four of masking key, five of masked payload. The echo comes back as seven, because a server does not mask.'),
    el('p', { class: 'quiet' }, 'Everything shown here was recorded by the server at its socket; nothing is drawn from guesses. Only this page, which knows the random value that it put into its own request, can ask for it.'),
    el('p', { class: 'quiet' }, 'Any other server’s WebSocket is shown by the console: ', el('code', {}, 'dotnet run --project Client.Console -- hello wss://…')));
}

/** Where the server recorded nothing for this page. @param {HTMLElement} place */
export function showUnrecorded(place) {
  place.dataset.layer = 'webSocket';
  place.replaceChildren(
    el('div', { class: 'detail-head' }, el('h3', {}, 'Messages only')),
    el('p', {}, 'The server recorded nothing of this connection for this page, and a browser tells a page neither frames nor bits.'),
    el('p', { class: 'quiet' }, 'The console shows every layer of its own connection: ', el('code', {}, `dotnet run --project Client.Console -- hello ${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/hello`)));
}

/** @param {SeenEvent} event @param {AbortSignal} signal @returns {Node[]} */
function partsOf(event, signal) {
  const { detail } = event;
  if (detail?.header) return frameParts(event, signal);
  if (Array.isArray(detail?.headers)) return [headOf(event)];
  if (event.kind === 'message') {
    return [el('h4', {}, detail.text === null ? 'As hexadecimal digits' : 'As text'), el('pre', { class: 'message', tabindex: '0', 'aria-label': 'The message' }, detail.text === null ? spaced(detail.hex) : printable(detail.text, true)),
      facts([['length', `${detail.length} bytes`], ['frames', String(detail.frames)], ['bytes of the stream', event.bytes ? `${event.bytes.start} to ${event.bytes.end}` : '–']])];
  }
  if (event.kind === 'closed') return [el('p', {}, printable(event.summary)), facts([['by', detail.close.by], ['at layer', detail.close.layer], ['code', String(detail.close.code ?? '–')], ['cause', detail.close.cause]])];
  return [el('p', {}, printable(event.summary))];
}

/** @param {SeenEvent} event @param {AbortSignal} signal */
function frameParts(event, signal) {
  const header = event.detail.header;
  const bytes = bytesOf(event.hex);
  const highlight = new Highlight([]);
  const fields = [...fieldsOf(header).map((field) => ({ key: field.key, from: field.firstByte, to: field.endByte })), { key: 'payload', from: header.headerLength, to: bytes.length }];
  const payload = bytes.subarray(header.headerLength);
  const hex = el('p', { class: 'bytes', tabindex: '0', 'aria-label': 'The bytes of the frame' });
  for (const [at, byte] of bytes.entries()) {
    const field = fields.find((one) => one.from <= at && at < one.to);
    const span = el('span', { 'data-field': field?.key }, byte.toString(16).padStart(2, '0'));
    if (field) highlight.listen(() => span.classList.toggle('lit', fields.some((one) => one.from <= at && at < one.to && highlight.lights(`field-0-${one.key}`))));
    hex.append(span, ' ');
  }
  const rest = header.headerLength + header.payloadLength - bytes.length;
  if (rest > 0) hex.append(`… and ${rest} bytes more`);
  return [
    el('h4', {}, 'Its header, bit by bit'), bitDiagram(event, 0, highlight, signal),
    el('h4', {}, 'Its bytes on the wire'), hex,
    ...(header.masked && payload.length > 0 ? [el('div', { class: 'unmasking-scroll', tabindex: '0', role: 'region', 'aria-label': 'Unmasking' }, unmasking(payload, header.maskingKey, header.rsv1))] : []),
    ...(event.kind === 'close' && event.detail.code !== null ? [facts([['close code', `${event.detail.code}, the first two bytes of the payload`], ['reason', printable(event.detail.reason ?? 'none')]])] : []),
  ];
}

/** @param {SeenEvent} event */
function headOf(event) {
  const { detail } = event;
  const head = el('pre', { class: 'head', tabindex: '0', 'aria-label': 'The head' });
  head.append(detail.method ? `${detail.method} ${printable(detail.target)} ${detail.version}` : `HTTP/1.1 ${detail.status ?? 101} ${detail.reason ?? 'Switching Protocols'}`, '\n');
  for (const { name, value } of detail.headers) head.append(el('b', {}, `${printable(name)}:`), ` ${printable(value)}\n`);
  return head;
}

/** @param {[string, string][]} entries */
const facts = (entries) => el('dl', { class: 'facts' }, ...entries.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));

/** @param {string | null} hex */
const bytesOf = (hex) => Uint8Array.from(hex?.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** @param {string} hex */
const spaced = (hex) => hex.match(/../g)?.join(' ') ?? 'no bytes';
