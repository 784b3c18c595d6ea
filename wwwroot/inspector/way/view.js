import { find, readConnection } from '../api.js';
import { el } from '../../shared/dom.js';
import { emptyNotice, troubleNotice } from '../notices.js';
import { toConnections, toWay } from '../routes.js';
import { readAround } from '../xray/window.js';
import { renderXray, toBytes } from '../xray/view.js';
import { beginningOf } from './beginning.js';
import { showAgain, wayOf } from './lanes.js';

/** A message that was just posted is still on its way. */
const looks = 5;
const lookMilliseconds = 600;
/** What the server takes. */
const [shortest, longest] = [3, 200];

/**
 * The way of a value, such as a message's id, through all connections, and the X-ray of where it came in.
 * @param {HTMLElement} place
 * @param {Extract<import('../types.js').Route, { view: 'way' }>} route
 * @returns {import('../types.js').View}
 */
export function showWay(place, route) {
  const stop = new AbortController();
  const text = route.text.trim();
  const field = el('input', { class: 'field', type: 'search', id: 'q', value: text, 'aria-label': 'Text that an event holds', autocomplete: 'off', spellcheck: 'false' });
  const form = el('form', { class: 'filters', role: 'search', 'aria-label': 'Follow another value', onsubmit: (/** @type {Event} */ event) => {
    event.preventDefault();
    if (toWay(field.value) === location.hash) void load();
    else location.hash = toWay(field.value);
  } }, field, el('button', { class: 'button small', type: 'submit' }, 'Search again'));
  const way = el('section', { class: 'xray-way', 'aria-label': 'Way' });
  const heading = el('h2', { hidden: true });
  const xray = el('div', {});
  place.append(el('div', { class: 'view way-view' },
    el('div', { class: 'view-head' },
      el('nav', { 'aria-label': 'Where you are', class: 'trail' }, el('a', { href: toConnections() }, 'Connections'), el('span', { 'aria-hidden': 'true' }, '/')),
      el('h1', { tabindex: '-1' }, 'The way of a value')),
    form, way, heading, xray));
  void load();

  async function load() {
    if (text === '') {
      way.replaceChildren(el('p', {}, 'Type an id or any text of at least three characters: every event that holds it is shown, on all connections that you may see, in order of time.'));
      return;
    }
    if (text.length < shortest || text.length > longest) {
      const notice = emptyNotice(text.length < shortest ? 'Too short to look for' : 'Too long to look for', `A value has ${shortest} to ${longest} characters here, and this one ${text.length}: type ${text.length < shortest ? 'more' : 'less'} of it.`);
      notice.id = 'why-not';
      way.replaceChildren(notice);
      field.setAttribute('aria-invalid', 'true');
      field.setAttribute('aria-describedby', notice.id);
      // Behind whoever shows this view, and begins with its title.
      queueMicrotask(() => field.focus());
      return;
    }
    way.replaceChildren(el('p', { class: 'quiet', role: 'status' }, 'Looking through the connections …'));
    try {
      /** @type {string | null} */
      let xrayed = null;
      const listed = { count: 0 };
      for (let look = 0, before = -1; look < looks; look++) {
        const found = await find(text, stop.signal);
        if (found.items.length !== before) showAgain(way, wayOf(found, text, undefined, listed));
        const [first] = found.items;
        if (first && xrayed !== first.sequence) {
          xrayed = first.sequence;
          await showFirst(first, beginningOf(found).heading);
        }
        if (found.items.length === before && before > 0) break;
        before = found.items.length;
        await new Promise((resolve) => setTimeout(resolve, lookMilliseconds));
        if (stop.signal.aborted) return;
      }
    } catch (error) {
      if (stop.signal.aborted) return;
      heading.hidden = true;
      xray.replaceChildren();
      way.replaceChildren(troubleNotice(error, () => void load()));
    }
  }

  /** @param {import('../types.js').LayerEvent} first @param {string} what */
  async function showFirst(first, what) {
    const [connection, events] = await Promise.all([readConnection(first.connection, stop.signal), readAround(first.connection, first.sequence, stop.signal)]);
    const picked = events.find((event) => event.sequence === first.sequence);
    if (!picked) return;
    heading.hidden = false;
    heading.textContent = what;
    await renderXray(xray, { picked, events, connection, showsWay: false }, stop.signal);
  }

  return {
    key(event) {
      if (event.key === '/') field.focus();
      else if (event.key === 'm') document.getElementById('unmask')?.click();
      else if (event.key === 'b') toBytes(xray);
      else return false;
      return true;
    },
    recheck: () => { if (text.length >= shortest) void load(); },
    close: () => stop.abort(),
  };
}
