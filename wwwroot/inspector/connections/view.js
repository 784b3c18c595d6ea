import { ApiError, readConnections } from '../api.js';
import { el, perFrame, reconcile } from '../../shared/dom.js';
import { layerLore } from '../lore/layers.js';
import { layerBars } from '../../shared/layers.js';
import { emptyNotice, showTrouble } from '../notices.js';
import { replaceAddress, toConnection, toConnections } from '../routes.js';
import { columns, sorted } from './columns.js';
import { choices, filtered, nobody, valueOf } from './filters.js';
import { printable } from '../printable.js';

/** @typedef {import('../types.js').Connection} Connection */

/** How often figures are read while the page can be seen, and at most how often when connections come and go. */
const refreshMilliseconds = 2000;
const soonMilliseconds = 250;
/** Rows drawn at most; filters find the others. */
const mostRows = 500;

/**
 * The list of connections, live.
 * @param {HTMLElement} place
 * @param {Extract<import('../types.js').Route, { view: 'connections' }>} route
 * @param {import('../feed/client.js').Feed} feed
 * @returns {import('../types.js').View}
 */
export function showConnections(place, route, feed) {
  const stop = new AbortController();
  let filters = route.filters;
  /** @type {Connection[] | null} */
  let connections = null;
  /** The row that Tab reaches and arrows move. @type {string | null} */
  let current = null;
  let more = false;
  let hasTrouble = false;
  let lastRead = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const count = el('p', { class: 'quiet small', role: 'status', id: 'count' });
  const text = el('input', { class: 'field', type: 'search', id: 'q', placeholder: 'Text: id, address, cause …', 'aria-label': 'Text', autocomplete: 'off', oninput: () => setFilter('q', text.value) });
  const selects = choices.map((name) => /** @type {const} */ ([name, el('select', { class: 'field', 'aria-label': name, id: `filter-${name}`, onchange: (/** @type {Event} */ e) => setFilter(name, /** @type {HTMLSelectElement} */ (e.target).value) })]));
  const clear = el('button', { type: 'button', class: 'button link', onclick: () => setFilters(new URLSearchParams()) }, 'Clear');
  const body = el('tbody', { role: 'rowgroup' });
  const heads = columns.map((column) => el('th', { scope: 'col', role: 'columnheader', class: column.isNumber ? 'number' : '', title: column.hint },
    el('button', { type: 'button', onclick: () => sortBy(column.key), 'data-sort': column.key }, column.title, el('span', { class: 'sort-mark', 'aria-hidden': 'true' }))));
  const table = el('table', { class: 'connections', role: 'table', 'aria-label': 'Connections' }, el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, ...heads)), body);
  const scroller = el('div', { class: 'table-scroll' }, table);
  const notice = el('div', { id: 'notice' });
  const tools = el('div', { class: 'filters', role: 'search', 'aria-label': 'Filter the connections' }, text, ...selects.map(([, select]) => select), clear);
  place.append(
    el('div', { class: 'view connections-view' },
      el('div', { class: 'view-head' }, el('h1', { tabindex: '-1' }, 'Connections'), count),
      tools, notice, scroller));
  body.addEventListener('keydown', onKey);
  body.addEventListener('click', (event) => {
    const row = event.target instanceof Element ? event.target.closest('tr') : null;
    // A click that selects text is not a choice.
    if (row?.dataset.key && !(event.target instanceof HTMLAnchorElement) && getSelection()?.isCollapsed !== false) location.hash = toConnection(row.dataset.key);
  });

  const unlisten = feed.listen((message) => {
    if (message.type === 'ready' || (message.type === 'batch' && message.touched.length > 0)) refreshIn(soonMilliseconds);
  });
  feed.want({ connections: [], pulse: true });
  document.addEventListener('visibilitychange', onVisible, { signal: stop.signal });
  void refresh();

  async function refresh() {
    clearTimeout(timer);
    lastRead = Date.now();
    try {
      const answer = await readConnections(stop.signal);
      connections = answer.items;
      hasTrouble = false;
      more = answer.next !== null;
      draw();
    } catch (error) {
      if (stop.signal.aborted) return;
      // Where the server is away, the last that was known stays; where nobody is signed in any more, nothing does.
      hasTrouble = true;
      if (!(error instanceof ApiError && error.status === 0)) connections = null;
      draw();
      showTrouble(notice, error, () => void refresh());
    }
    refreshIn(refreshMilliseconds);
  }

  /** @param {number} milliseconds */
  function refreshIn(milliseconds) {
    clearTimeout(timer);
    if (stop.signal.aborted || document.visibilityState === 'hidden') return;
    timer = setTimeout(() => void refresh(), Math.max(milliseconds, lastRead + soonMilliseconds - Date.now()));
  }

  function onVisible() {
    if (document.visibilityState === 'visible') void refresh();
  }

  /** @param {string} name @param {string} value */
  function setFilter(name, value) {
    const next = new URLSearchParams(filters);
    if (value === '') next.delete(name);
    else next.set(name, value);
    setFilters(next);
  }

  /** @param {URLSearchParams} next */
  function setFilters(next) {
    filters = next;
    replaceAddress(toConnections(filters));
    draw();
  }

  /** @param {string} key */
  function sortBy(key) {
    const [by, down] = sorting();
    setFilter('sort', by === key ? `${down ? '' : '-'}${key}` : key);
  }

  /** @returns {[string, boolean]} column, and whether the largest is first; no column: open ones first, then the newest */
  function sorting() {
    const sort = filters.get('sort') ?? '';
    return sort.startsWith('-') ? [sort.slice(1), true] : [sort, false];
  }

  const draw = perFrame(() => {
    if (stop.signal.aborted) return;
    const now = Date.now();
    const [by, down] = sorting();
    const all = connections ?? [];
    const shown = sorted(filtered(all, filters), by, down, now);
    const rows = shown.slice(0, mostRows);
    if (!rows.some((row) => row.id === current)) current = rows[0]?.id ?? null;
    reconcile(body, rows, (row) => row.id, createRow, (row, connection) => updateRow(row, connection, now));
    heads.forEach((head, at) => {
      if (columns[at]?.key === by) head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    });
    if (document.activeElement !== text) text.value = filters.get('q') ?? '';
    for (const [name, select] of selects) fillSelect(select, name, all);
    clear.hidden = ![...choices, 'q'].some((name) => filters.get(name));
    const open = all.filter((connection) => connection.state === 'open').length;
    count.textContent = connections === null ? '' : `${open} open, ${all.length - open} recent${more ? ', older ones not shown' : ''}${shown.length < all.length ? ` · ${shown.length} match` : ''}${shown.length > mostRows ? ` · the first ${mostRows} drawn` : ''}`;
    scroller.hidden = rows.length === 0;
    tools.hidden = all.length === 0;
    if (hasTrouble) return;
    if (rows.length === 0 && connections !== null) {
      notice.replaceChildren(all.length === 0
        ? emptyNotice('No connections yet', 'As soon as a client asks this server for a WebSocket it appears here, by itself: open the application in another tab, or connect a client.', 'Refused requests and closed connections are listed too.')
        : emptyNotice('None of them match', `${all.length} connections are hidden by the filters.`));
    } else notice.replaceChildren();
  });

  /** @param {HTMLSelectElement} select @param {typeof choices[number]} name @param {Connection[]} all */
  function fillSelect(select, name, all) {
    const chosen = filters.get(name) ?? '';
    const values = [...new Set([...all.map((connection) => valueOf(connection, name)), chosen])].filter((value) => value !== '').sort();
    const wanted = ['', ...values];
    if (wanted.length !== select.options.length || wanted.some((value, at) => value !== select.options[at]?.value)) {
      select.replaceChildren(...wanted.map((value) => el('option', { value }, value === '' ? `Any ${name === 'cause' ? 'close cause' : name}` : value === nobody && name === 'user' ? 'nobody' : printable(value))));
    }
    select.value = chosen;
  }

  /** @param {Connection} connection */
  function createRow(connection) {
    const cells = columns.map((column) => el('td', { role: 'cell', class: column.isNumber ? 'number' : '', 'data-label': column.title, 'data-column': column.key }));
    cells[0]?.append(layerBars(), el('a', { href: toConnection(connection.id), tabindex: '-1' }), el('span', { class: 'quiet small id' }, connection.id));
    cells[1]?.append(el('span', { class: 'state' }));
    cells.at(-1)?.append(el('span', { class: 'cause' }), el('span', { class: 'quiet small by' }));
    return el('tr', { role: 'row', onfocus: () => (current = connection.id) }, ...cells);
  }

  /** @param {HTMLElement} row @param {Connection} connection @param {number} now */
  function updateRow(row, connection, now) {
    row.tabIndex = connection.id === current ? 0 : -1;
    row.dataset.state = connection.state;
    for (const { layer, state } of connection.layers ?? []) row.querySelector(`i[data-layer="${layer}"]`)?.setAttribute('data-state', state);
    columns.forEach((column, at) => {
      const cell = row.children[at];
      const target = cell?.querySelector('a, .state, .cause') ?? cell;
      const value = column.text(connection, now);
      if (target && target.textContent !== value) target.textContent = value;
      if (column.more && cell instanceof HTMLElement) cell.title = column.more(connection);
      if (column.key === 'cause' && cell instanceof HTMLElement) {
        const by = endedBy(connection);
        if (cell.lastElementChild && cell.lastElementChild.textContent !== by) cell.lastElementChild.textContent = by;
      }
      if (column.key === 'state' && target instanceof HTMLElement) target.dataset.state = connection.state;
    });
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const row = event.target instanceof Element ? event.target.closest('tr') : null;
    if (!row?.dataset.key) return;
    const target = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling, Home: body.firstElementChild, End: body.lastElementChild }[event.key];
    if (event.key === 'Enter') location.hash = toConnection(row.dataset.key);
    else if (target instanceof HTMLElement) {
      row.tabIndex = -1;
      target.tabIndex = 0;
      target.focus();
    } else return;
    event.preventDefault();
  }

  return {
    update(next) {
      if (next.view !== 'connections') return;
      filters = next.filters;
      draw();
    },
    key(event) {
      if (event.key === '/') text.focus();
      else if ((event.key === 'j' || event.key === 'ArrowDown') && !body.contains(document.activeElement)) /** @type {HTMLElement | null} */ (body.querySelector('tr[tabindex="0"]'))?.focus();
      else return false;
      return true;
    },
    close() {
      stop.abort();
      clearTimeout(timer);
      unlisten();
    },
  };
}

/** Who ended it, where, and with which code. @param {Connection} connection */
function endedBy({ close }) {
  if (!close) return '';
  return `${close.by}, ${layerLore[close.layer]?.name ?? close.layer}${close.code === null ? '' : ` ${close.code}`}`;
}
