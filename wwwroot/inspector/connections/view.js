import { ApiError } from '../api.js';
import { el, perFrame, reconcile } from '../../shared/dom.js';
import { clock, number } from '../format.js';
import { emptyNotice, showTrouble } from '../notices.js';
import { replaceAddress, toConnection, toConnections } from '../routes.js';
import { columns, sorted } from './columns.js';
import { choices, filtered, nobody, parametersOf, states, valueOf } from './filters.js';
import { mostPages, pageSize, readList } from './list.js';
import { createRow, updateRow } from './rows.js';
import { printable } from '../printable.js';

/** @typedef {import('../types.js').Connection} Connection */

/** How often figures are read while the page can be seen, and at most how often when connections come and go; of many pages, as much less often. */
const refreshMilliseconds = 2000;
const soonMilliseconds = 250;
/** Values that a filter offers at most; the text filter finds the others. */
const mostValues = 1000;

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
  let pages = 1;
  let hasMore = false;
  let hasTrouble = false;
  /** When the server last said how they are. */
  let answeredAt = 0;
  /** Which filters the server has answered to. @type {string | null} */
  let answered = null;
  /** Each value that was seen here: a filter hides the others from the list, not from the choice. */
  const known = Object.fromEntries(choices.map((name) => [name, new Set(name === 'state' ? states : [])]));
  /** @type {AbortController | null} */
  let reading = null;
  let isAskedAgain = false;
  let lastRead = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const count = el('p', { class: 'quiet small', role: 'status', id: 'count' });
  const text = el('input', { class: 'field', type: 'search', id: 'q', placeholder: 'Text: id, address, cause …', 'aria-label': 'Text', autocomplete: 'off', oninput: () => setFilter('q', text.value) });
  const selects = choices.map((name) => /** @type {const} */ ([name, el('select', { class: 'field', 'aria-label': name, id: `filter-${name}`, onchange: (/** @type {Event} */ e) => setFilter(name, /** @type {HTMLSelectElement} */ (e.target).value) })]));
  const clear = el('button', { type: 'button', class: 'button link', onclick: () => setFilters(new URLSearchParams()) }, 'Clear');
  const body = el('tbody', { role: 'rowgroup' });
  const heads = columns.map((column) => el('th', { scope: 'col', role: 'columnheader', class: column.isNumber ? 'number' : '', title: column.hint, 'aria-sort': 'none' },
    el('button', { type: 'button', onclick: () => sortBy(column.key), 'data-sort': column.key }, el('span', { class: 'sort-words' }, 'Sort by '), column.title, el('span', { class: 'sort-mark', 'aria-hidden': 'true' }))));
  const table = el('table', { class: 'connections', role: 'table', 'aria-label': 'Connections' }, el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, ...heads)), body);
  const scroller = el('div', { class: 'table-scroll' }, table);
  const older = el('button', { type: 'button', class: 'button', id: 'older', onclick: loadOlder });
  const olderWords = el('p', { class: 'quiet small' });
  const foot = el('div', { class: 'list-foot', hidden: true }, older, olderWords);
  const notice = el('div', { id: 'notice' });
  const tools = el('div', { class: 'filters', role: 'search', 'aria-label': 'Filter the connections' }, text, ...selects.map(([, select]) => select), clear);
  place.append(
    el('div', { class: 'view connections-view' },
      el('div', { class: 'view-head' }, el('h1', { tabindex: '-1' }, 'Connections'), count),
      tools, notice, scroller, foot));
  body.addEventListener('keydown', onKey);
  body.addEventListener('click', (event) => {
    const row = event.target instanceof Element ? event.target.closest('tr') : null;
    // A click that selects text is not a choice.
    if (row?.dataset.key && !(event.target instanceof HTMLAnchorElement) && getSelection()?.isCollapsed !== false) location.hash = toConnection(row.dataset.key);
  });

  const unlisten = feed.listen((message) => {
    if (message.type === 'ready' || (message.type === 'batch' && message.touched.length > 0)) refreshSoon();
  });
  feed.want({ connections: [], pulse: true });
  document.addEventListener('visibilitychange', onVisible, { signal: stop.signal });
  void refresh();

  async function refresh() {
    clearTimeout(timer);
    reading?.abort();
    const mine = (reading = new AbortController());
    const asked = filters;
    isAskedAgain = false;
    lastRead = Date.now();
    try {
      const list = await readList(asked, pages, AbortSignal.any([stop.signal, mine.signal]));
      connections = list.items;
      answeredAt = Date.now();
      hasMore = list.hasMore;
      hasTrouble = false;
      answered = String(parametersOf(asked));
      for (const name of choices) for (const connection of connections) if (known[name]?.size < mostValues) known[name].add(valueOf(connection, name));
      draw();
    } catch (error) {
      if (stop.signal.aborted || mine.signal.aborted) return;
      // Where the server is away, the last that was known stays; where nobody is signed in any more, nothing does.
      hasTrouble = true;
      if (!(error instanceof ApiError && error.status === 0)) {
        connections = null;
        for (const name of choices) if (name !== 'state') known[name]?.clear();
      }
      draw();
      showTrouble(notice, error, () => void refresh());
    }
    reading = null;
    refreshIn(isAskedAgain ? soonMilliseconds : refreshMilliseconds);
  }

  /** As many pages as hold more than is drawn: open ones may fill several, which the newest would only show again. */
  function loadOlder() {
    pages = Math.min(mostPages, Math.max(pages, Math.floor(body.childElementCount / pageSize)) + 1);
    void refresh();
  }

  /** What is being read is read to its end: on a busy server something happens all the time. */
  function refreshSoon() {
    if (reading) isAskedAgain = true;
    else refreshIn(soonMilliseconds);
  }

  /** @param {number} milliseconds */
  function refreshIn(milliseconds) {
    clearTimeout(timer);
    if (stop.signal.aborted || document.visibilityState === 'hidden') return;
    const weight = Math.max(1, Math.ceil((connections?.length ?? 0) / pageSize));
    timer = setTimeout(() => void refresh(), Math.max(milliseconds * weight, lastRead + soonMilliseconds * weight - Date.now()));
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
    replaceAddress(toConnections(next));
    apply(next);
  }

  /** @param {URLSearchParams} next */
  function apply(next) {
    const isOther = String(parametersOf(next)) !== String(parametersOf(filters));
    filters = next;
    if (isOther) {
      pages = 1;
      // What is being read is not wanted any more; who types is not asked for each letter.
      reading?.abort();
      clearTimeout(timer);
      timer = setTimeout(() => void refresh(), soonMilliseconds);
    }
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
    const isAway = hasTrouble && connections !== null;
    const now = isAway ? answeredAt : Date.now();
    const [by, down] = sorting();
    const all = connections ?? [];
    const wanted = String(parametersOf(filters));
    const isAnswered = answered === wanted;
    const shown = sorted(isAnswered ? all : filtered(all, filters), by, down, now);
    const open = shown.filter((connection) => connection.state === 'open').length;
    const rows = shown.slice(0, Math.max(pageSize * pages, open));
    if (!rows.some((row) => row.id === current)) current = rows[0]?.id ?? null;
    reconcile(body, rows, (row) => row.id, (connection) => createRow(connection, () => (current = connection.id)), (row, connection) => {
      row.tabIndex = connection.id === current ? 0 : -1;
      updateRow(row, connection, now, isAway);
    });
    heads.forEach((head, at) => {
      head.setAttribute('aria-sort', columns[at]?.key !== by ? 'none' : down ? 'descending' : 'ascending');
    });
    if (document.activeElement !== text) text.value = filters.get('q') ?? '';
    for (const [name, select] of selects) fillSelect(select, name);
    clear.hidden = wanted === '';
    count.textContent = connections === null ? '' : `${isAway ? `When the server last answered, at ${clock(new Date(answeredAt).toISOString()).slice(0, 8)}: ` : ''}${wanted === '' ? '' : `${number(shown.length)} match: `}${number(open)} open, ${number(shown.length - open)} recent`
      + `${hasMore ? ', older ones not loaded' : ''}${shown.length > rows.length ? ` · the first ${number(rows.length)} drawn` : ''}`;
    scroller.hidden = rows.length === 0;
    tools.hidden = connections === null || (isAnswered && all.length === 0 && wanted === '');
    drawFoot(shown.length > rows.length);
    if (hasTrouble) return;
    if (rows.length > 0 || connections === null) notice.replaceChildren();
    else if (isAnswered) {
      notice.replaceChildren(wanted === ''
        ? emptyNotice('No connections yet', 'As soon as a client asks this server for a WebSocket it appears here, by itself: open the application in another tab, or connect a client.', 'Refused requests and closed connections are listed too.')
        : emptyNotice('None of them match', 'The server keeps no connection that these filters choose.'));
    }
  });

  /** The way to what is not drawn. @param {boolean} hasUndrawn some were loaded and are not */
  function drawFoot(hasUndrawn) {
    const hadFocus = document.activeElement === older;
    foot.hidden = connections === null || !(hasMore || hasUndrawn);
    older.hidden = pages >= mostPages || body.childElementCount >= mostPages * pageSize;
    older.textContent = hasMore ? 'Load older' : 'Show more';
    olderWords.textContent = older.hidden ? `No more than ${number(mostPages * pageSize)} are drawn here: the filters look through all that the server keeps.` : 'The filters look through all that the server keeps.';
    // The button had the focus and goes: on from where it led to.
    if (hadFocus && (foot.hidden || older.hidden) && body.lastElementChild instanceof HTMLElement) body.lastElementChild.focus();
  }

  /** @param {HTMLSelectElement} select @param {typeof choices[number]} name */
  function fillSelect(select, name) {
    const chosen = filters.get(name) ?? '';
    const values = [...new Set([...(known[name] ?? []), chosen])].filter((value) => value !== '').sort();
    const wanted = ['', ...values];
    if (wanted.length !== select.options.length || wanted.some((value, at) => value !== select.options[at]?.value)) {
      select.replaceChildren(...wanted.map((value) => el('option', { value }, value === '' ? `Any ${name === 'cause' ? 'close cause' : name}` : value === nobody && name === 'user' ? 'nobody' : printable(value))));
    }
    select.value = chosen;
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
      apply(next.filters);
    },
    key(event) {
      if (event.key === '/') text.focus();
      else if ((event.key === 'j' || event.key === 'ArrowDown') && !body.contains(document.activeElement)) /** @type {HTMLElement | null} */ (body.querySelector('tr[tabindex="0"]'))?.focus();
      else return false;
      return true;
    },
    recheck: () => void refresh(),
    close() {
      stop.abort();
      clearTimeout(timer);
      unlisten();
    },
  };
}
