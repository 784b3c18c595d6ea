import { el } from '../../shared/dom.js';
import { layerBars } from '../../shared/layers.js';
import { layerLore } from '../lore/layers.js';
import { toConnection } from '../routes.js';
import { columns } from './columns.js';

/** @typedef {import('../types.js').Connection} Connection */

/** @param {Connection} connection @param {() => void} focused */
export function createRow(connection, focused) {
  const cells = columns.map((column) => el('td', { role: 'cell', class: column.isNumber ? 'number' : '', 'data-label': column.title, 'data-column': column.key }));
  cells[0]?.append(layerBars(), el('a', { href: toConnection(connection.id), tabindex: '-1' }), el('span', { class: 'quiet small id' }, connection.id));
  cells[1]?.append(el('span', { class: 'state' }));
  cells[2]?.append(el('span', { class: 'path' }));
  cells.at(-1)?.append(el('span', { class: 'cause' }), el('span', { class: 'quiet small by' }));
  return el('tr', { role: 'row', onfocus: focused }, ...cells);
}

/** @param {HTMLElement} row @param {Connection} connection @param {number} now @param {boolean} isAway the server does not say how it is now */
export function updateRow(row, connection, now, isAway) {
  const isUnsure = isAway && connection.state === 'open';
  row.dataset.state = connection.state;
  for (const { layer, state } of connection.layers ?? []) row.querySelector(`i[data-layer="${layer}"]`)?.setAttribute('data-state', state);
  columns.forEach((column, at) => {
    const cell = row.children[at];
    const target = cell?.querySelector('a, .state, .path, .cause') ?? cell;
    const value = column.key === 'state' && isUnsure ? 'was open' : column.text(connection, now);
    if (target && target.textContent !== value) target.textContent = value;
    if (column.more && cell instanceof HTMLElement) cell.title = column.more(connection);
    if (column.key === 'cause' && cell instanceof HTMLElement) {
      const by = endedBy(connection);
      if (cell.lastElementChild && cell.lastElementChild.textContent !== by) cell.lastElementChild.textContent = by;
    }
    if (column.key === 'state' && target instanceof HTMLElement) target.dataset.state = isUnsure ? 'unknown' : connection.state;
  });
}

/** Who ended it, where, and with which code. @param {Connection} connection */
function endedBy({ close }) {
  if (!close) return '';
  return `${close.by}, ${layerLore[close.layer]?.name ?? close.layer}${close.code === null ? '' : ` ${close.code}`}`;
}
