import { el } from '../../shared/dom.js';
import { between, clock, duration, exactDuration, many } from '../format.js';
import { layerLore } from '../lore/layers.js';
import { emptyNotice } from '../notices.js';
import { printable } from '../printable.js';
import { toXray } from '../routes.js';
import { absence, answerOf, beginningOf } from './beginning.js';

/** @typedef {import('../types.js').LayerEvent} LayerEvent */

/** Clients drawn as lanes of their own, and moments drawn; the rest is listed when somebody asks, so many at a time. */
const mostLanes = 5;
const mostMoments = 60;
const listedAtOnce = 20;
/** Below this difference, in milliseconds, two moments are told apart by their exact times. */
const near = 1;

/**
 * The way of a value through connections as a sequence diagram: the client that it came from, the server, and those that it went on to.
 * @param {import('../types.js').Found} found
 * @param {string} text
 * @param {LayerEvent} [picked]
 * @param {{ count: number }} [listed] how many of those that are not drawn are listed: kept by whoever shows the way again
 */
export function wayOf(found, text, picked, listed = { count: 0 }) {
  const { items } = found;
  const searched = `${many(found.searched, 'connection')} searched, plain HTTP ones too${found.incomplete ? '; the search took too long or found too much, so there may be more' : ''}.`;
  const [first] = items;
  if (!first) return emptyNotice('Not found', `No event that you may see holds “${printable(text)}”. ${searched}`, `If anything held it, that ${absence(found.seesAll)}.`);

  const ids = [...new Set(items.map((event) => event.connection))];
  const shown = ids.slice(0, mostLanes);
  // The origin on the left, the server beside it, the others on its right.
  const lanes = [shown[0], null, ...shown.slice(1)];
  const laneOf = (/** @type {string} */ id) => lanes.indexOf(id);
  const users = new Map(items.map((event) => [event.connection, event.user ?? 'nobody']));
  const drawn = items.filter((event) => laneOf(event.connection) >= 0).slice(0, mostMoments);
  const rest = items.filter((event) => !drawn.includes(event));
  const offsets = offsetsOf(items);
  const { sentence } = beginningOf(found);
  const place = el('div', { class: 'way' });
  place.style.setProperty('--lanes', String(lanes.length));
  if (sentence) place.append(el('p', { class: 'way-note', role: 'note' }, sentence));
  place.append(
    el('div', { class: 'way-head', 'aria-hidden': 'true' }, el('span', {}), ...lanes.map((id) => el('span', { class: `lane-name${id === null ? ' server' : ''}` }, id === null ? 'server' : printable(users.get(id ?? '') ?? ''), el('small', {}, id === null ? '' : id ?? '')))),
    el('ol', { class: 'way-moments' }, ...drawn.map((event) => moment(event))),
  );
  const undrawn = ids.length - shown.length;
  const last = items.at(-1);
  place.append(el('p', { class: 'quiet small' },
    `${many(items.length, 'event')} on ${many(ids.length, 'connection')}, ${searched}${rest.length > 0 ? ` Of these, ${many(rest.length, 'event')}${undrawn > 0 ? ` and ${many(undrawn, 'whole connection')}` : ''} ${rest.length + undrawn === 1 ? 'is' : 'are'} not drawn.` : ''}${last && last !== first ? ` From first to last ${duration(between(first.at, last.at))}.` : ''}`));
  if (rest.length > 0) place.append(...others(rest, listed, row));
  return place;

  /** @param {LayerEvent} event */
  function moment(event) {
    const client = laneOf(event.connection);
    const server = 1;
    const [from, to] = event.direction === 'received' ? [client, server] : event.direction === 'sent' ? [server, client] : [server, server];
    const [left, right] = [Math.min(from, to), Math.max(from, to)];
    const span = right - left + 1;
    const line = el('a', {
      class: `way-line ${event.direction}${to < from ? ' leftwards' : ''}`, href: toXray(event.connection, event.sequence), 'data-layer': event.layer,
      'aria-current': picked?.sequence === event.sequence ? 'true' : null, title: printable(event.summary),
    },
      el('span', { class: 'way-who' }, whoOf(event)), el('span', { class: 'way-label' }, labelOf(event)));
    line.style.gridColumn = `${left + 2} / span ${span}`;
    line.style.setProperty('--span', String(span));
    return el('li', {}, timeOf(event), line);
  }

  /** One of the others. @param {LayerEvent} event */
  function row(event) {
    return el('li', {}, timeOf(event),
      el('a', { href: toXray(event.connection, event.sequence), 'data-layer': event.layer, title: printable(event.summary) }, `${whoOf(event)}: ${labelOf(event)}`),
      el('small', {}, event.connection));
  }

  /** @param {LayerEvent} event */
  function timeOf(event) {
    return el('time', { datetime: event.at, title: clock(event.at) }, offsets.get(event) ?? '');
  }

  /** @param {LayerEvent} event */
  function whoOf(event) {
    const user = printable(users.get(event.connection) ?? '');
    return event.direction === 'received' ? `${user} → server` : event.direction === 'sent' ? `server → ${user}` : `server, for ${user}`;
  }
}

/**
 * What is not drawn, as a list that grows when asked to.
 * @param {LayerEvent[]} rest @param {{ count: number }} listed how many are listed @param {(event: LayerEvent) => HTMLElement} row
 */
function others(rest, listed, row) {
  const list = el('ol', { class: 'way-others', 'aria-label': 'What is not drawn' });
  const told = el('span', { class: 'quiet small', role: 'status' });
  const button = el('button', { class: 'button small', type: 'button', onclick: more });
  show(listed.count);
  return [list, el('p', { class: 'way-more' }, button, told)];

  function more() {
    const first = list.childElementCount;
    show(listed.count + listedAtOnce);
    // Where the button goes away, what came last with it has the focus.
    if (button.hidden) list.children[first]?.querySelector('a')?.focus();
  }

  /** @param {number} count */
  function show(count) {
    listed.count = Math.min(count, rest.length);
    list.append(...rest.slice(list.childElementCount, listed.count).map(row));
    const left = rest.length - listed.count;
    button.textContent = `${listed.count === 0 ? 'And' : 'Another'} ${left} more${left > listedAtOnce ? `: list ${listedAtOnce}` : ''}`;
    button.hidden = left === 0;
    told.textContent = listed.count === 0 ? '' : `${listed.count} of ${rest.length} listed`;
  }
}

/**
 * When each event was, from the first on: to 100 ns where the one before or behind is so near that they would read the same.
 * @param {LayerEvent[]} items in order of time
 */
function offsetsOf(items) {
  const begin = items[0]?.at ?? '';
  const times = items.map((event) => between(begin, event.at));
  return new Map(items.map((event, at) => {
    const time = times[at] ?? 0;
    const isNear = time - (times[at - 1] ?? -Infinity) < near || (times[at + 1] ?? Infinity) - time < near;
    return [event, at === 0 ? '0' : `+${isNear ? exactDuration(time) : duration(time)}`];
  }));
}

/**
 * Shows a way in place of an earlier one of the same value: who was at its button is still there.
 * @param {HTMLElement} place @param {...Node} parts
 */
export function showAgain(place, ...parts) {
  const wasAtButton = place.contains(document.activeElement) && document.activeElement?.closest('.way-more');
  place.replaceChildren(...parts);
  if (wasAtButton) /** @type {HTMLElement | null} */ (place.querySelector('.way-more button'))?.focus();
}

/** @param {LayerEvent} event */
function labelOf(event) {
  const { detail } = event;
  if (event.layer === 'application') return printable(`${event.kind}: ${event.summary}`);
  if (detail?.target) return printable(`${detail.target}(…)`);
  return event.kind === 'completion' ? answerOf(event) : printable(`${layerLore[event.layer].name} ${event.kind}`);
}
