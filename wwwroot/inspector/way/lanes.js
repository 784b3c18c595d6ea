import { el } from '../../shared/dom.js';
import { clock, duration, many, milliseconds } from '../format.js';
import { layerLore } from '../lore/layers.js';
import { emptyNotice } from '../notices.js';
import { printable } from '../printable.js';
import { toXray } from '../routes.js';

/** @typedef {import('../types.js').LayerEvent} LayerEvent */

/** Clients drawn as lanes of their own, and moments drawn; the rest is counted. */
const mostLanes = 5;
const mostMoments = 60;

/**
 * The way of a value through connections as a sequence diagram: the client that it came from, the server, and those that it went on to.
 * @param {import('../types.js').Found} found
 * @param {string} text
 * @param {LayerEvent} [picked]
 */
export function wayOf(found, text, picked) {
  const { items } = found;
  const searched = `${many(found.searched, 'connection')} searched, plain HTTP ones too${found.incomplete ? '; the search took too long or found too much, so there may be more' : ''}.`;
  const [first] = items;
  if (!first) return emptyNotice('Not found', `No event that you may see holds “${printable(text)}”. ${searched}`, 'It may have been evicted, or have gone over a connection that is not yours.');

  const ids = [...new Set(items.map((event) => event.connection))];
  const shown = ids.slice(0, mostLanes);
  // The origin on the left, the server beside it, the others on its right.
  const lanes = [shown[0], null, ...shown.slice(1)];
  const laneOf = (/** @type {string} */ id) => lanes.indexOf(id);
  const users = new Map(items.map((event) => [event.connection, event.user ?? 'nobody']));
  const drawn = items.filter((event) => laneOf(event.connection) >= 0).slice(0, mostMoments);
  const begin = milliseconds(first.at);
  const place = el('div', { class: 'way' });
  place.style.setProperty('--lanes', String(lanes.length));
  place.append(
    el('div', { class: 'way-head', 'aria-hidden': 'true' }, el('span', {}), ...lanes.map((id) => el('span', { class: `lane-name${id === null ? ' server' : ''}` }, id === null ? 'server' : printable(users.get(id ?? '') ?? ''), el('small', {}, id === null ? '' : id ?? '')))),
    el('ol', { class: 'way-moments' }, ...drawn.map((event) => moment(event))),
  );
  const hidden = items.length - drawn.length;
  const undrawn = ids.length - shown.length;
  const last = items.at(-1);
  place.append(el('p', { class: 'quiet small' },
    `${many(items.length, 'event')} on ${many(ids.length, 'connection')}, ${searched}${hidden > 0 ? ` Of these, ${many(hidden, 'event')}${undrawn > 0 ? ` and ${many(undrawn, 'whole connection')}` : ''} ${hidden + undrawn === 1 ? 'is' : 'are'} not drawn.` : ''}${last && last !== first ? ` From first to last ${duration(milliseconds(last.at) - begin)}.` : ''}`));
  return place;

  /** @param {LayerEvent} event */
  function moment(event) {
    const client = laneOf(event.connection);
    const server = 1;
    const [from, to] = event.direction === 'received' ? [client, server] : event.direction === 'sent' ? [server, client] : [server, server];
    const [left, right] = [Math.min(from, to), Math.max(from, to)];
    const span = right - left + 1;
    const user = printable(users.get(event.connection) ?? '');
    const who = event.direction === 'received' ? `${user} → server` : event.direction === 'sent' ? `server → ${user}` : `server, for ${user}`;
    const line = el('a', {
      class: `way-line ${event.direction}${to < from ? ' leftwards' : ''}`, href: toXray(event.connection, event.sequence), 'data-layer': event.layer,
      'aria-current': picked?.sequence === event.sequence ? 'true' : null, title: printable(event.summary),
    },
      el('span', { class: 'way-who' }, who), el('span', { class: 'way-label' }, labelOf(event)));
    line.style.gridColumn = `${left + 2} / span ${span}`;
    line.style.setProperty('--span', String(span));
    return el('li', {}, el('time', { datetime: event.at, title: clock(event.at) }, event === first ? '0' : `+${duration(milliseconds(event.at) - begin)}`), line);
  }
}

/** @param {LayerEvent} event */
function labelOf(event) {
  const { detail } = event;
  if (event.layer === 'application') return printable(`${event.kind}: ${event.summary}`);
  if (detail?.target) return printable(`${detail.target}(…)`);
  return printable(event.kind === 'completion' ? `answer to call ${detail.invocationId}` : `${layerLore[event.layer].name} ${event.kind}`);
}
