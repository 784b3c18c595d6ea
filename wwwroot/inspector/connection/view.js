import { ApiError, readConnection } from '../api.js';
import { el, icon, perFrame } from '../../shared/dom.js';
import { layers } from '../../shared/layers.js';
import { clock, moment, number } from '../format.js';
import { causeAdvice, isFailure } from '../lore/causes.js';
import { kindLore } from '../lore/kinds.js';
import { definitions } from '../lore/fields.js';
import { figureLore, layerLore } from '../lore/layers.js';
import { showTrouble } from '../notices.js';
import { printable } from '../printable.js';
import { replaceAddress, toConnection, toConnections, toXray } from '../routes.js';
import { lifetime, timesOf } from '../connections/columns.js';
import { countsInWords } from './counts.js';
import { EventStore, mostEvents } from './event-store.js';
import { Exports } from './exports.js';
import { closedBy } from './closed.js';
import { Plots } from './plots.js';
import { Stack } from './stack.js';
import { TimelineFilter } from './timeline-filter.js';
import { Timeline } from './timeline.js';

/** @typedef {import('../types.js').Connection} Connection */
/** @typedef {import('../types.js').LayerEvent} LayerEvent */

const refreshMilliseconds = 1000;
/** Neither Enter nor a double click is at hand. */
const hasFinger = matchMedia('(pointer: coarse), (max-width: 46rem)');
/** A closed connection changes no more. */
const restMilliseconds = 15_000;

/**
 * One connection: its stack, its figures over time, and the timeline of its events.
 * @param {HTMLElement} place
 * @param {Extract<import('../types.js').Route, { view: 'connection' }>} route
 * @param {import('../feed/client.js').Feed} feed
 * @param {(error: ApiError, wasShown: boolean) => void} gone it may not be seen, or is not there
 * @returns {import('../types.js').View}
 */
export function showConnection(place, route, feed, gone) {
  const { id } = route;
  const stop = new AbortController();
  let filter = new TimelineFilter(route.filters);
  let isPaused = false;
  /** What was shown when it was paused. @type {LayerEvent[]} */
  let frozen = [];
  let toldAtPause = 0;
  /** Filtered so far, up to which event; a new event is looked at once. @type {LayerEvent[]} */
  let shown = [];
  /** @type {LayerEvent | null} */
  let seenThrough = null;
  let taken = 0;
  /** The event whose detail is shown; a filter may hide its row. @type {LayerEvent | null} */
  let previewed = null;
  let missed = 0;
  /** @type {Connection | null} */
  let connection = null;
  /** When the server last said how it is. */
  let answeredAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const store = new EventStore(id, stop.signal, () => draw());
  const timeline = new Timeline(preview, (event) => (location.hash = toXray(event.connection, event.sequence)), () => drawTools());
  const stack = new Stack((layer) => setFilters(filter.withOnly(layer)));
  const plots = new Plots(id);

  const title = el('h1', { tabindex: '-1' }, id);
  const story = el('p', { class: 'story' });
  const others = el('p', { id: 'same-hub', hidden: true });
  const notice = el('div', { id: 'notice' });
  const chips = layers.map((layer) => el('button', { type: 'button', class: 'chip-toggle', 'data-layer': layer, onclick: () => setFilters(filter.withLayerSwitched(layer)) }, layerLore[layer].name));
  const direction = el('select', { class: 'field', 'aria-label': 'direction', id: 'filter-direction', onchange: () => setFilters(filter.with('direction', direction.value)) },
    el('option', { value: '' }, 'Both ways'), el('option', { value: 'received' }, '← received'), el('option', { value: 'sent' }, '→ sent'), el('option', { value: 'local' }, '· facts'));
  const kind = el('select', { class: 'field', 'aria-label': 'kind', id: 'filter-kind', onchange: () => setFilters(filter.with('kind', kind.value)) });
  const text = el('input', { class: 'field', type: 'search', id: 'q', placeholder: 'Text', 'aria-label': 'Text', autocomplete: 'off', oninput: () => setFilters(filter.with('q', text.value)) });
  const pauseWords = el('span');
  const followWords = el('span');
  const pause = el('button', { type: 'button', class: 'button small', id: 'pause', 'aria-pressed': 'false', onclick: () => setPaused(!isPaused) }, icon('pause'), icon('play'), pauseWords);
  const follow = el('button', { type: 'button', class: 'button small', id: 'follow', onclick: () => timeline.follow(!timeline.follows) }, icon('down'), followWords);
  const count = el('p', { class: 'quiet small', id: 'count', role: 'status' });
  const noneWords = el('p');
  const none = el('div', { class: 'timeline-none', hidden: true }, noneWords, el('button', { type: 'button', class: 'button', onclick: () => {
    setFilters(new URLSearchParams());
    // The button goes with the filter: on to what it brought back.
    timeline.viewport.focus();
  } }, 'Clear the filter'));
  const detail = el('section', { class: 'preview', 'aria-label': 'The chosen event', 'aria-live': 'polite' },
    el('p', { class: 'quiet' }, hasFinger.matches ? 'Tap an event to see what it is; from there it is X-rayed.' : 'Choose an event to see what it is; Enter or a double click X-rays it.'));

  const exports = new Exports(id, stop.signal, failed);
  const body = el('div', { class: 'connection-body' },
    el('section', { class: 'stack-side', 'aria-labelledby': 'stack-title' },
      el('h2', { id: 'stack-title' }, 'Stack'), stack.list,
      definitions('What the figures mean', Object.values(figureLore).map(({ name, means }) => [name, means])),
      el('h2', {}, 'Over time'), plots.place),
    el('section', { class: 'timeline-side', 'aria-labelledby': 'timeline-title' },
      el('div', { class: 'timeline-head' }, el('h2', { id: 'timeline-title' }, 'Timeline'), count),
      el('div', { class: 'chips', role: 'group', 'aria-label': 'Layers' }, ...chips),
      el('div', { class: 'filters' }, direction, kind, text, pause, follow),
      none, timeline.viewport, detail));

  place.append(
    el('div', { class: 'view connection-view' },
      el('div', { class: 'view-head' },
        el('nav', { 'aria-label': 'Where you are', class: 'trail' }, el('a', { href: toConnections() }, 'Connections'), el('span', { 'aria-hidden': 'true' }, '/')),
        title, story, exports.place, others),
      exports.status, notice, body));

  const unlisten = feed.listen((message) => {
    if (message.type === 'ready') void catchUp();
    if (message.type === 'missed' && message.connection === id) missed += message.bytes ?? 0;
    if (message.type !== 'batch') return;
    // Too slow for the feed: what was dropped is still on the server.
    if (message.dropped > 0) void catchUp();
    const mine = message.events.filter((event) => event.connection === id);
    if (mine.length === 0) return;
    store.add(mine);
    stack.pulse(new Set(mine.map((event) => event.layer)));
    const closed = mine.find((event) => event.kind === 'closed' && event.layer === 'tcp');
    if (closed === undefined) return;
    // A server that stops tells it, and answers no more.
    if (connection !== null) show(closedBy(connection, closed));
    void refresh();
  });
  feed.want({ connections: [id], pulse: false });
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && void refresh(), { signal: stop.signal });
  void refresh();
  void catchUp();
  drawTools();

  async function refresh() {
    clearTimeout(timer);
    try {
      show(await readConnection(id, stop.signal));
      notice.replaceChildren();
    } catch (error) {
      failed(error);
      if (connection !== null) {
        drawHead(connection, true);
        stack.show(connection, connection.state === 'open');
      }
    }
    if (!stop.signal.aborted && document.visibilityState === 'visible') timer = setTimeout(() => void refresh(), connection?.state === 'open' ? refreshMilliseconds : restMilliseconds);
  }

  async function catchUp() {
    try {
      await store.catchUp();
      draw();
    } catch (error) {
      failed(error);
    }
  }

  /** @param {unknown} error */
  function failed(error) {
    if (stop.signal.aborted) return;
    if (error instanceof ApiError && (error.isForbidden || (error.status === 404 && connection === null))) gone(error, connection !== null);
    else showTrouble(notice, error, () => { void refresh(); void catchUp(); });
  }

  /** @param {Connection} now */
  function show(now) {
    connection = now;
    answeredAt = Date.now();
    stack.show(now);
    stack.mark(filter.layers);
    plots.add(now);
    drawHead(now, false);
  }

  /** @param {Connection} now @param {boolean} isAway the server does not say how it is now */
  function drawHead(now, isAway) {
    title.textContent = printable(now.user ?? 'nobody');
    const isUnsure = isAway && now.state === 'open';
    const parts = [el('span', { class: 'state', 'data-state': isUnsure ? 'unknown' : now.state }, isUnsure ? `was open at ${clock(new Date(answeredAt).toISOString()).slice(0, 8)}` : now.state),
      el('code', {}, id), ` ${printable(now.path ?? '')} from ${printable(now.remote)}${now.proxy ? ` through ${printable(now.proxy)}` : ''}, `,
      el('span', { title: timesOf(now) }, `opened ${moment(now.openedAt, Date.now())}, ${now.closedAt ? 'lasted' : 'for'} ${lifetime(now, answeredAt)}`)];
    const { sameHub = [] } = now;
    // What has the focus, and is the same, stays.
    if (others.dataset.ids !== sameHub.join()) {
      others.dataset.ids = sameHub.join();
      others.hidden = sameHub.length === 0;
      others.replaceChildren('The same hub connection also went over ', ...sameHub.flatMap((other, at) => [at > 0 ? ', ' : '', el('a', { href: toConnection(other) }, el('code', {}, other))]), '.');
    }
    story.replaceChildren(...parts);
    const { close } = now;
    if (close && !document.getElementById('close')) {
      story.parentElement?.append(el('p', { class: `close${isFailure(close.cause) ? ' failed' : ''}`, id: 'close', 'data-layer': close.layer },
        el('strong', {}, printable(close.cause)), ` Ended by the ${close.by}, at ${layerLore[close.layer]?.name ?? close.layer}${close.code === null ? '' : `, code ${close.code}`}. `,
        printable(close.sentence), el('span', { class: 'quiet' }, causeAdvice[close.cause] ? ` ${causeAdvice[close.cause]}` : '')));
    }
  }

  const draw = perFrame(() => {
    if (stop.signal.aborted) return;
    if (!isPaused) {
      takeNew();
      timeline.show(shown);
    }
    drawTools();
  });

  /** Filters what came since the last time; everything when something came in between. */
  function takeNew() {
    const { events } = store;
    let from = 0;
    if (seenThrough !== null && store.forgotten === 0) {
      // Live events come at the end: look back from there.
      from = events.length;
      while (from > 0 && /** @type {LayerEvent} */ (events[from - 1]).sequence > seenThrough.sequence) from--;
      if (events[from - 1] !== seenThrough || from !== taken) from = 0;
    }
    shown = from === 0 ? events.filter((event) => filter.takes(event)) : shown.concat(events.slice(from).filter((event) => filter.takes(event)));
    taken = events.length;
    seenThrough = events.at(-1) ?? null;
  }

  function drawTools() {
    const { told, forgotten, isReading } = store;
    const newer = isPaused ? told - toldAtPause : 0;
    count.textContent = countsInWords({ shown: shown.length, told, isPaused, newer, forgotten, most: mostEvents, evictedBytes: missed, isReading });
    none.hidden = shown.length > 0 || told === 0 || filter.isOpen;
    noneWords.textContent = `The filter hides every event${isPaused ? ' from before the pause' : ''}.`;
    timeline.viewport.hidden = !none.hidden;
    pause.dataset.paused = String(isPaused);
    pauseWords.textContent = isPaused ? `Go on${newer > 0 ? ` (${number(newer)} new)` : ''}` : 'Pause';
    pause.setAttribute('aria-pressed', String(isPaused));
    followWords.textContent = timeline.follows ? 'Following' : 'Follow';
    follow.setAttribute('aria-pressed', String(timeline.follows));
    chips.forEach((chip) => chip.setAttribute('aria-pressed', String(filter.layers.has(/** @type {any} */ (chip.dataset.layer)))));
    direction.value = filter.direction;
    if (document.activeElement !== text) text.value = filter.parameters.get('q') ?? '';
    const kinds = ['', ...new Set([...store.events.map((event) => event.kind), filter.kind].filter(Boolean))];
    kinds.sort();
    if (kinds.length !== kind.options.length || kinds.some((value, at) => value !== kind.options[at]?.value)) kind.replaceChildren(...kinds.map((value) => el('option', { value }, value === '' ? 'Any kind' : printable(value))));
    kind.value = filter.kind;
    stack.mark(filter.layers);
  }

  /** @param {URLSearchParams} next */
  function setFilters(next) {
    filter = new TimelineFilter(next);
    replaceAddress(toConnection(id, next));
    shown = (isPaused ? frozen : store.events).filter((event) => filter.takes(event));
    taken = store.events.length;
    seenThrough = store.events.at(-1) ?? null;
    timeline.show(shown);
    timeline.revealChosen();
    drawTools();
  }

  /** @param {boolean} paused */
  function setPaused(paused) {
    isPaused = paused;
    frozen = paused ? store.events.slice() : [];
    toldAtPause = store.told;
    if (!paused) {
      seenThrough = null;
      draw();
    }
    drawTools();
  }

  /** @param {LayerEvent} event */
  function preview(event) {
    previewed = event;
    detail.replaceChildren(
      el('div', { class: 'preview-head', 'data-layer': event.layer },
        el('h3', {}, el('span', { class: 'layer' }, layerLore[event.layer].name), ` ${printable(event.kind)}`),
        el('span', { class: 'quiet small' }, `${clock(event.at)}${event.bytes ? `, bytes ${number(event.bytes.start)}–${number(event.bytes.end)} ${event.direction}` : ''}`),
        el('a', { class: 'button small primary', href: toXray(event.connection, event.sequence) }, 'X-ray')),
      el('p', { class: 'preview-summary' }, printable(event.summary)),
      el('p', { class: 'quiet small' }, kindLore(event)));
  }

  return {
    update(next) {
      if (next.view === 'connection') setFilters(next.filters);
    },
    key(event) {
      if (event.key === '/') text.focus();
      else if (event.key === 'p') setPaused(!isPaused);
      else if (event.key === 'f') timeline.follow(!timeline.follows);
      else if (event.key === 't') timeline.viewport.focus();
      else if (event.key === 'x' && previewed) location.hash = toXray(id, previewed.sequence);
      else if (/^[1-7]$/.test(event.key)) {
        const layer = layers[Number(event.key) - 1];
        if (layer) setFilters(filter.withLayerSwitched(layer));
      } else return false;
      return true;
    },
    recheck: () => void refresh(),
    close() {
      stop.abort();
      clearTimeout(timer);
      unlisten();
      timeline.close();
      plots.close();
    },
  };
}
