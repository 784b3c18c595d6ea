import { el } from '../../shared/dom.js';
import { frameFields } from '../lore/frame-fields.js';
import { number } from '../format.js';
import { fieldsOf, rowsOf } from './bits.js';
import { roving } from './roving.js';

const narrow = matchMedia('(max-width: 46rem)');

/**
 * A frame's header bit by bit, as RFC 6455 5.2 draws it, and below it each field with its value and meaning.
 * @param {import('../types.js').LayerEvent} frame
 * @param {number} at which frame of the message
 * @param {import('./highlight.js').Highlight} highlight
 * @param {AbortSignal} signal
 */
export function bitDiagram(frame, at, highlight, signal) {
  const fields = fieldsOf(frame.detail.header);
  const length = frame.detail.header.payloadLength;
  const diagram = el('div', { class: 'bit-rows', role: 'group', 'aria-label': 'The header’s fields, bit by bit; arrows walk through them' });
  const drawn = roving(diagram, '.bit-cell');
  const draw = () => {
    const width = narrow.matches ? 16 : 32;
    diagram.style.setProperty('--bits', String(width));
    const ruler = el('div', { class: 'bit-ruler', 'aria-hidden': 'true' }, ...Array.from({ length: width }, (_, bit) => el('span', {}, String(bit))));
    const rows = rowsOf(fields, width).map((segments) => el('div', { class: 'bit-row' }, ...segments.map((segment) => cell(segment))));
    const payload = el('button', { type: 'button', class: 'bit-cell payload', 'data-field': 'payload' },
      el('span', { class: 'bit-name' }, 'payload'), el('span', { class: 'bit-value' }, length === 0 ? 'none' : `${number(length)} bytes, to the end of the frame`));
    highlight.link(payload, `field-${at}-payload`);
    diagram.replaceChildren(ruler, ...rows, el('div', { class: 'bit-row' }, payload));
    drawn();
  };
  narrow.addEventListener('change', draw, { signal });
  draw();
  return el('div', { class: 'bits', id: `bits-${at}` }, diagram, at === 0 ? fieldTable() : el('details', {}, el('summary', {}, 'Its fields'), fieldTable()));

  /** @param {import('./bits.js').Segment} segment */
  function cell({ field, bits, isFirst, isLast }) {
    const lore = frameFields[field.key];
    const button = el('button', {
      type: 'button', class: `bit-cell${bits.length === 1 ? ' single' : ''}${isFirst ? '' : ' goes-on'}${isLast ? '' : ' to-go-on'}`, 'data-field': field.key, title: lore?.sentence,
    },
      el('span', { class: 'bit-name' }, isFirst ? (lore?.name ?? field.key) : '…'),
      el('span', { class: 'bit-digits' }, ...[...bits].map((bit) => el('span', { 'data-bit': bit }, bit))),
      isFirst ? el('span', { class: bits.length > 4 ? 'bit-value' : 'visually-hidden' }, field.value) : null);
    button.style.gridColumn = `span ${bits.length}`;
    highlight.link(button, `field-${at}-${field.key}`);
    return button;
  }

  function fieldTable() {
    const rows = fields.map((field) => {
      const lore = frameFields[field.key];
      const row = el('tr', { 'data-field': field.key },
        el('th', { scope: 'row' }, lore?.name ?? field.key),
        el('td', { class: 'mono field-bits' }, field.bits.length > 16 ? `${field.bits.length} bits` : field.bits),
        el('td', {}, el('span', { class: 'field-value' }, field.value), ' ', el('span', { class: 'quiet small' }, lore?.sentence ?? '', ' ', lore ? el('a', { href: lore.link.href, target: '_blank', rel: 'noreferrer' }, lore.link.text) : null)));
      highlight.link(row, `field-${at}-${field.key}`);
      return row;
    });
    return el('table', { class: 'field-table' }, el('caption', { class: 'visually-hidden' }, 'The fields of the header'),
      el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Field'), el('th', { scope: 'col' }, 'Bits'), el('th', { scope: 'col' }, 'Means'))), el('tbody', {}, ...rows));
  }
}
