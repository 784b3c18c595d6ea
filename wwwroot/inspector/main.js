import { byId } from '../shared/dom.js';
import { layerBars } from '../shared/layers.js';
import { readStored, writeStored } from '../shared/storage.js';
import { attachThemeButton } from '../shared/theme.js';
import { showWhileVisible } from './connection/gate.js';
import { showConnections } from './connections/view.js';
import { showDoctor } from './doctor/view.js';
import { Feed } from './feed/client.js';
import { feedAdvice, feedWords } from './feed/words.js';
import { parseRoute, sameView, toConnections, toWay } from './routes.js';
import { fillShortcuts } from './shortcuts.js';
import { showWay } from './way/view.js';
import { showXray } from './xray/view.js';

/** @typedef {import('./types.js').Route} Route */

const place = byId('view', HTMLElement);
const dialog = byId('shortcuts', HTMLDialogElement);
const explain = byId('explain', HTMLButtonElement);
const state = byId('feed', HTMLElement);
const advice = byId('feed-advice', HTMLElement);
const feed = new Feed();
/** @type {import('./types.js').View | null} */
let view = null;
/** @type {Route | null} */
let shown = null;

byId('brand-bars', HTMLElement).append(layerBars());
attachThemeButton(byId('theme', HTMLButtonElement));
fillShortcuts(dialog);
byId('help', HTMLButtonElement).addEventListener('click', () => dialog.showModal());
byId('find', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const field = byId('find-text', HTMLInputElement);
  if (field.value.trim() !== '') location.hash = toWay(field.value.trim());
});

setExplained(readStored('local', 'inspector-explains') !== 'no');
explain.addEventListener('click', () => setExplained(document.body.dataset.explains !== 'yes'));

let wasLive = true;
feed.listen((message) => {
  if (message.type !== 'state') return;
  const { why } = message;
  state.dataset.state = message.state;
  state.textContent = feedWords(message.state, why);
  advice.textContent = feedAdvice(why);
  // A feed that ended may have been somebody else's, or another server's.
  if (why?.status === 401 || why?.status === 403 || (message.state === 'live' && !wasLive)) view?.recheck?.();
  if (message.state !== 'connecting') wasLive = message.state === 'live';
});

// The address behind # is the view's: skipping must not change it.
document.querySelector('.skip-link')?.addEventListener('click', (event) => {
  event.preventDefault();
  place.focus();
});
addEventListener('hashchange', open);
addEventListener('keydown', key);
open();

function open() {
  const route = parseRoute(location.hash);
  if (shown && view?.update && sameView(shown, route)) {
    view.update(route);
    shown = route;
    return;
  }
  const isFirst = shown === null;
  view?.close();
  place.replaceChildren();
  shown = route;
  view = show(route);
  document.title = `${titleOf(route)} · Inspector`;
  scrollTo(0, 0);
  // Where the view changed, reading begins with its title; not on arrival, where the page's own beginning is the place.
  if (!isFirst) /** @type {HTMLElement | null} */ (place.querySelector('h1'))?.focus();
}

/** @param {Route} route */
function show(route) {
  if (route.view === 'connection') return showWhileVisible(place, route, feed);
  feed.want({ connections: [], pulse: route.view === 'connections' || route.view === 'doctor' });
  if (route.view === 'doctor') return showDoctor(place);
  if (route.view === 'xray') return showXray(place, route);
  return route.view === 'way' ? showWay(place, route) : showConnections(place, route, feed);
}

/** @param {Route} route */
function titleOf(route) {
  if (route.view === 'connections') return 'Connections';
  if (route.view === 'doctor') return 'Doctor';
  return route.view === 'way' ? `Way of ${route.text.slice(0, 40)}` : `${route.view === 'xray' ? 'X-ray' : 'Connection'} ${route.id}`;
}

/** @param {boolean} explained */
function setExplained(explained) {
  document.body.dataset.explains = explained ? 'yes' : 'no';
  explain.setAttribute('aria-pressed', String(explained));
  writeStored('local', 'inspector-explains', explained ? null : 'no');
}

/** @param {KeyboardEvent} event */
function key(event) {
  const target = event.target;
  const isTyping = target instanceof HTMLInputElement && target.type !== 'checkbox' || target instanceof HTMLSelectElement;
  if (event.defaultPrevented || dialog.open || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping) {
    if (event.key !== 'Escape' || event.isComposing) return;
    // The browser would clear a search field by itself, and what the field filters would stay as it was.
    if (target instanceof HTMLInputElement && target.type === 'search' && target.value !== '') {
      event.preventDefault();
      target.value = '';
      target.dispatchEvent(new Event('input', { bubbles: true }));
    } else target.blur();
    return;
  }
  if (event.key === '?') dialog.showModal();
  else if (event.key === 'g') location.hash = toConnections();
  else if (event.key === 'e') explain.click();
  else if (!view?.key?.(event)) {
    if (event.key !== '/') return;
    byId('find-text', HTMLInputElement).focus();
  }
  event.preventDefault();
}
