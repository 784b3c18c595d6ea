import { ApiError, find, readBytes, readConnection } from '../api.js';
import { el } from '../../shared/dom.js';
import { clock, directions } from '../format.js';
import { layerLore } from '../lore/layers.js';
import { emptyNotice, troubleNotice } from '../notices.js';
import { printable } from '../printable.js';
import { toConnection, toConnections, toWay, toXray } from '../routes.js';
import { showAgain, wayOf } from '../way/lanes.js';
import { bitDiagram } from './bit-diagram.js';
import { headerOf } from './bits.js';
import { callsOf, idsIn, takesPart } from './call.js';
import { HexView } from './hex.js';
import { Highlight } from './highlight.js';
import { ladder } from './ladder.js';
import { marksOf } from './marks.js';
import { hasBytes, nest as nestOf } from './nesting.js';
import { ruler } from './ruler.js';
import { stepsOf } from './steps.js';
import { timing } from './timing.js';
import { unmasking } from './unmasking.js';
import { readAround } from './window.js';

/** @typedef {import('../types.js').LayerEvent} LayerEvent */

/** Bytes fetched at most of one event. */
const mostBytes = 64 * 1024;
/** A message's way on may not be at its end when it is looked at: it is looked for again this often. */
const looks = 3;
const lookMilliseconds = 700;

/**
 * One event at every layer at once.
 * @param {HTMLElement} place
 * @param {Extract<import('../types.js').Route, { view: 'xray' }>} route
 * @returns {import('../types.js').View}
 */
export function showXray(place, route) {
  const stop = new AbortController();
  /** @type {{ earlier: LayerEvent | undefined, later: LayerEvent | undefined }} */
  let neighbours = { earlier: undefined, later: undefined };
  // The title is there from the beginning: the focus goes to it.
  const title = el('h1', { tabindex: '-1' }, 'X-ray');
  const connectionLink = el('a', { href: toConnection(route.id) }, route.id);
  const story = el('p', { class: 'story' });
  const ways = el('div', { class: 'exports' });
  const content = el('div', {});
  place.append(el('div', { class: 'view xray-view' },
    el('div', { class: 'view-head' },
      el('nav', { 'aria-label': 'Where you are', class: 'trail' }, el('a', { href: toConnections() }, 'Connections'), el('span', { 'aria-hidden': 'true' }, '/'), connectionLink, el('span', { 'aria-hidden': 'true' }, '/')),
      title, story, ways),
    content));
  void load();

  async function load() {
    content.replaceChildren(el('p', { class: 'quiet', role: 'status' }, 'Reading …'));
    try {
      const [connection, events] = await Promise.all([readConnection(route.id, stop.signal), readAround(route.id, route.sequence, stop.signal)]);
      const at = events.findIndex((event) => event.sequence === route.sequence);
      const picked = events[at];
      if (!picked) {
        content.replaceChildren(emptyNotice('This event is not here any more', 'The journal’s budget evicted it, or the address is not complete.', el('a', { href: toConnection(route.id) }, 'The connection’s timeline')));
        return;
      }
      neighbours = { earlier: events[at - 1], later: events[at + 1] };
      connectionLink.replaceChildren(el('bdi', {}, printable(connection.user ?? 'nobody')), ` ${route.id}`);
      title.dataset.layer = picked.layer;
      title.replaceChildren('X-ray: ', el('span', { class: 'layer' }, layerLore[picked.layer].name), ` ${printable(picked.kind)}`);
      story.textContent = `${clock(picked.at)}, ${directions[picked.direction]}`;
      ways.replaceChildren(...[neighbour('Earlier', neighbours.earlier), neighbour('Later', neighbours.later)].filter((link) => link !== null));
      const body = el('div', {});
      content.replaceChildren(el('p', { class: 'xray-summary' }, printable(picked.summary)), body);
      await renderXray(body, { picked, events, connection }, stop.signal);
    } catch (error) {
      failed(error);
    }
  }

  /** @param {unknown} error */
  function failed(error) {
    if (stop.signal.aborted) return;
    title.replaceChildren('X-ray');
    connectionLink.replaceChildren(route.id);
    story.replaceChildren();
    ways.replaceChildren();
    neighbours = { earlier: undefined, later: undefined };
    content.replaceChildren(troubleNotice(error, () => void load()));
  }

  /** What is shown stays as it is, unless it may not be seen any more. */
  async function recheck() {
    try {
      await readConnection(route.id, stop.signal);
    } catch (error) {
      if (error instanceof ApiError && error.isForbidden) failed(error);
    }
  }

  /** @param {string} name @param {LayerEvent | undefined} event */
  function neighbour(name, event) {
    return event ? el('a', { class: 'button small', href: toXray(event.connection, event.sequence), title: `${event.layer} ${event.kind}` }, name) : null;
  }

  return {
    key(event) {
      const target = event.key === '[' || event.key === 'k' ? neighbours.earlier : event.key === ']' || event.key === 'j' ? neighbours.later : undefined;
      if (target) location.hash = toXray(target.connection, target.sequence);
      else if (event.key === 'u' || event.key === 'Backspace') location.hash = toConnection(route.id);
      else if (event.key === 'm') document.getElementById('unmask')?.click();
      else if (event.key === 'b') toBytes(place);
      else return false;
      return true;
    },
    recheck: () => void recheck(),
    close: () => stop.abort(),
  };
}

/** To the bytes, past the fields before them; arrows then walk. @param {HTMLElement} place */
export const toBytes = (place) => /** @type {HTMLElement | null} */ (place.querySelector('.hex'))?.focus();

/**
 * @param {HTMLElement} place
 * @param {{ picked: LayerEvent, events: LayerEvent[], connection: import('../types.js').Connection, showsWay?: boolean }} seen
 * @param {AbortSignal} signal
 */
export async function renderXray(place, { picked, events, connection, showsWay = true }, signal) {
  const calls = callsOf(events);
  let call = calls.find((one) => takesPart(one, picked)) ?? null;
  const anchor = hasBytes(picked) ? picked : call && hasBytes(call.invocation) ? call.invocation : null;
  const nest = anchor ? nestOf(events, anchor) : null;
  // A frame or message is X-rayed with the call that it carries.
  call ??= calls.find((one) => nest?.hubMessages.some((message) => message.sequence === one.invocation.sequence || message.sequence === one.completion?.sequence)) ?? null;
  const layers = nest && { ...nest };
  // A frame that broke a rule was not decoded; its header can be shown all the same.
  if (nest && nest.frames.length === 0 && picked.kind === 'fault' && picked.layer === 'webSocket') nest.frames = await brokenFrame(nest.anchor, signal);
  const highlight = nest ? new Highlight(marksOf(nest)) : null;

  const left = el('section', { class: 'xray-layers', 'aria-label': 'Layers' }, el('h2', {}, 'At every layer'), ladder({ picked, nest: layers, call, connection }, highlight));
  const right = el('section', { class: 'xray-bytes', 'aria-label': 'Bytes' });
  const times = el('section', { class: 'xray-times', hidden: true }, el('h2', {}, 'Time between the layers'));
  const way = el('section', { class: 'xray-way', hidden: true });
  place.replaceChildren(el('div', { class: 'xray-body' }, left, right), times, way);

  if (nest && highlight) {
    nest.frames.slice(0, 4).forEach((frame, at) => right.append(el('h2', {}, nest.frames.length > 1 ? `Header of frame ${at + 1} of ${nest.frames.length}` : 'The frame’s header, bit by bit'), bitDiagram(frame, at, highlight, signal)));
    if (nest.frames.length > 4) right.append(el('p', { class: 'quiet small' }, `The headers of ${nest.frames.length - 4} more frames are in the hex below; X-ray one of them for its bits.`));
    const hex = el('div', {}, el('p', { class: 'quiet' }, 'Reading the bytes …'));
    right.append(el('h2', {}, 'The bytes'), ruler(nest, highlight), hex);
    void showBytes(hex);
  } else right.append(el('h2', {}, 'The bytes'), emptyNotice('No bytes of its own', 'This is a fact that the server noted itself; nothing on the wire says it.'));
  showTimes([]);
  const [id] = [picked, ...(call ? [call.invocation, ...call.facts] : []), ...(nest?.hubMessages ?? [])].flatMap(idsIn);
  if (id && showsWay) void showWay(id);

  /** @param {HTMLElement} hex */
  async function showBytes(hex) {
    if (!nest || !highlight) return;
    const { range, anchor: bytesOf } = nest;
    const end = Math.min(range.end, range.start + mostBytes);
    try {
      const bytes = await readBytes(connection.id, bytesOf.tap ?? 'plain', bytesOf.direction, { start: range.start, end }, signal);
      const [frame] = nest.frames;
      const header = frame?.detail.header;
      hex.replaceChildren();
      if (frame && header.masked && frame.bytes.end > frame.bytes.start + header.headerLength) {
        const from = frame.bytes.start + header.headerLength - range.start;
        hex.append(unmasking(bytes.subarray(from, from + Math.min(16, header.payloadLength)), header.maskingKey, header.rsv1));
      }
      hex.append(new HexView(bytes, range.start, nest, highlight, signal).place);
      if (end < range.end) hex.append(el('p', { class: 'quiet small' }, `The first ${mostBytes} of ${range.end - range.start} bytes. Exports have all that is kept.`));
    } catch (error) {
      if (signal.aborted) return;
      hex.replaceChildren(error instanceof ApiError && error.status === 410
        ? emptyNotice('These bytes are not kept', 'The journal’s budget evicted them, or they are of a kind that is not stored: HTTP content and ciphertext are only counted.', 'What is said of them above was decoded before.')
        : troubleNotice(error, () => void showBytes(hex)));
    }
  }

  /** @param {LayerEvent[]} elsewhere */
  function showTimes(elsewhere) {
    if (!call) return;
    const steps = stepsOf(call, elsewhere);
    if (steps.length < 2) return;
    times.hidden = false;
    times.replaceChildren(el('h2', {}, 'Time between the layers'), timing(steps),
      el('p', { class: 'lore' }, 'Times are when the recorder saw the bytes or the fact, on the server’s clock, in microseconds. Received: when the last byte came out of the socket. Sent: when the bytes went into it, not when the other side had them.'));
  }

  /** @param {string} text */
  async function showWay(text) {
    way.hidden = false;
    way.replaceChildren(el('h2', {}, 'Its way on'), el('p', { class: 'quiet' }, 'Looking through the connections …'));
    try {
      const listed = { count: 0 };
      for (let look = 0, before = -1; look < looks; look++) {
        const found = await find(text, signal);
        showAgain(way, el('h2', {}, 'Its way on'), wayOf(found, text, picked, listed), el('p', {}, el('a', { href: toWay(text) }, 'Link to this search')));
        showTimes(found.items);
        if (found.items.length === before) break;
        before = found.items.length;
        await new Promise((resolve) => setTimeout(resolve, lookMilliseconds));
        if (signal.aborted) return;
      }
    } catch (error) {
      if (!signal.aborted) way.replaceChildren(el('h2', {}, 'Its way on'), troubleNotice(error, () => void showWay(text)));
    }
  }
}

/** The frame that a fault's bytes begin, if they are there. @param {import('./nesting.js').ByteEvent} fault @param {AbortSignal} signal */
async function brokenFrame(fault, signal) {
  const { start, end } = fault.bytes;
  const bytes = await readBytes(fault.connection, fault.tap ?? 'plain', fault.direction, { start, end: Math.min(end, start + 14) }, signal).catch(() => new Uint8Array());
  const header = headerOf(bytes);
  return header ? [{ ...fault, kind: 'frame', detail: { header } }] : [];
}
