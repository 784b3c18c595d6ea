import { el } from '../../shared/dom.js';
import { number } from '../format.js';
import { layerLore } from '../lore/layers.js';
import { printable } from '../printable.js';
import { roving } from './roving.js';

/** @typedef {{ layer: import('../types.js').LayerName, parts: { start: number, end: number, label: string, mark: string, part?: string }[] }} Band */

/**
 * The same bytes as bars, one row a layer: what lies inside what.
 * @param {import('./nesting.js').Nest} nest
 * @param {import('./highlight.js').Highlight} highlight
 */
export function ruler(nest, highlight) {
  const { range, run } = nest;
  const length = Math.max(1, range.end - range.start);
  const bars = el('div', { class: 'ruler', role: 'group', 'aria-label': 'How the layers nest in these bytes; arrows walk through them' }, ...bandsOf(nest).map((band) => el('div', { class: 'ruler-row', 'data-layer': band.layer },
    el('span', { class: 'layer' }, layerLore[band.layer].name),
    el('div', { class: 'ruler-track' }, ...band.parts.map((part) => {
      const bar = el('button', { type: 'button', class: 'ruler-bar', 'data-part': part.part, title: `${part.label}, ${number(part.end - part.start)} bytes` }, el('span', {}, part.label));
      const start = Math.max(part.start, range.start);
      bar.style.left = `${((start - range.start) / length) * 100}%`;
      bar.style.width = `${((Math.min(part.end, range.end) - start) / length) * 100}%`;
      highlight.link(bar, part.mark);
      return bar;
    })))),
    el('p', { class: 'ruler-ends quiet' }, el('span', {}, number(range.start)), el('span', {}, `${number(length)} bytes${run.end - run.start > length ? ` of ${number(run.end - run.start)} that came together` : ''}`), el('span', {}, number(range.end))));
  roving(bars, '.ruler-bar');
  return bars;
}

/** From the application's side down to the socket's. @param {import('./nesting.js').Nest} nest @returns {Band[]} */
function bandsOf(nest) {
  /** @type {Band[]} */
  const bands = [];
  if (nest.hubMessages.length > 0) bands.push({ layer: 'signalR', parts: nest.hubMessages.map((message, at) => ({ ...message.bytes, label: printable(message.detail.target ?? message.kind), mark: `hub-${at}`, part: at % 2 === 0 ? 'even' : 'odd' })) });
  if (nest.frames.length > 0) {
    bands.push({ layer: 'webSocket', parts: nest.frames.flatMap((frame, at) => {
      const { start, end } = frame.bytes;
      const payload = start + frame.detail.header.headerLength;
      return [{ start, end: payload, label: 'header', mark: `frame-${at}`, part: 'header' }, ...(end > payload ? [{ start: payload, end, label: `payload of ${frame.kind === 'frame' ? 'the frame' : `the ${frame.kind}`}`, mark: `field-${at}-payload` }] : [])];
    }) });
  }
  for (const other of nest.others) bands.push({ layer: other.layer, parts: [{ ...other.bytes, label: other.kind, mark: `other-${other.sequence}` }] });
  bands.push({ layer: 'tcp', parts: [{ ...nest.run, label: 'bytes in order', mark: 'run' }] });
  return bands;
}
