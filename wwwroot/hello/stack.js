import { el } from '../shared/dom.js';
import { rtt } from '../inspector/format.js';
import { layerLore } from '../inspector/lore/layers.js';
import { printable } from '../inspector/printable.js';

/** @typedef {import('./link.js').SeenEvent} SeenEvent */

/** What a hello has, from the top down; the others belong to SignalR. */
const layers = /** @type {const} */ (['webSocket', 'http', 'tls', 'tcp']);

/**
 * The layers of the connection with what each said last; a click picks the event that says most about it.
 * @param {HTMLElement} place
 * @param {SeenEvent[]} events
 * @param {import('./link.js').TcpInfo} tcpInfo
 * @param {boolean} isOver the browser's WebSocket has ended, whatever was told of it
 * @param {(event: SeenEvent) => void} pick
 */
export function drawStack(place, events, tcpInfo, isOver, pick) {
  place.replaceChildren(...layers.map((layer) => {
    const own = events.filter((event) => event.layer === layer);
    const telling = own.findLast((event) => event.kind !== 'halfClosed' && event.kind !== 'message');
    const lore = layerLore[layer];
    const says = telling ? sayings(layer, own, tcpInfo, isOver) : events.length > 0 && layer === 'tls' ? 'not used: the address is not https' : 'waiting';
    const button = el('button', { type: 'button', class: 'rung-button', 'data-layer': layer, disabled: !telling, onclick: () => telling && pick(telling) },
      el('strong', {}, lore.name), el('span', {}, says), el('span', { class: 'brief' }, lore.brief));
    return el('li', {}, button);
  }));
}

/** @param {string} layer @param {SeenEvent[]} own @param {import('./link.js').TcpInfo} tcpInfo @param {boolean} isOver */
function sayings(layer, own, tcpInfo, isOver) {
  const last = own.at(-1);
  if (layer === 'tcp' && last?.kind !== 'closed' && isOver) return 'was open';
  if (layer === 'tcp' && last?.kind !== 'closed' && tcpInfo) return `open, round trip ${rtt(tcpInfo.rttMicroseconds)}`;
  if (layer === 'tcp') return last?.kind === 'closed' ? `closed by ${last.detail.close.by}: ${last.detail.close.cause}` : 'open';
  if (layer === 'webSocket') {
    const frames = own.filter((event) => event.detail?.header);
    const closes = own.filter((event) => event.kind === 'close');
    return closes.length > 0 ? `${closes.length === 2 ? 'closed' : 'closing'}, ${printable(closes[0]?.summary ?? '')}` : `${frames.length} ${frames.length === 1 ? 'frame' : 'frames'}`;
  }
  return printable(last?.summary ?? '');
}
