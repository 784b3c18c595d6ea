import { el } from '../../shared/dom.js';
import { troubleNotice } from '../notices.js';
import { parseRoute, toConnections } from '../routes.js';
import { forgetSamples } from './samples.js';
import { showConnection } from './view.js';

/** @typedef {Extract<import('../types.js').Route, { view: 'connection' }>} ConnectionRoute */

/**
 * One connection, as long as whoever looks may see it. From then on there is nothing of it on the page but the reason.
 * @param {HTMLElement} place @param {ConnectionRoute} route @param {import('../feed/client.js').Feed} feed
 * @returns {import('../types.js').View}
 */
export function showWhileVisible(place, route, feed) {
  const { id } = route;
  let unlisten = () => {};
  /** Null: it is gone. @type {import('../types.js').View | null} */
  let view = showConnection(place, route, feed, gone);

  /** @param {import('../api.js').ApiError} error @param {boolean} wasShown */
  function gone(error, wasShown) {
    if (view === null) return;
    view.close();
    view = null;
    forgetSamples(id);
    const hadFocus = place.contains(document.activeElement);
    const title = el('h1', { tabindex: '-1' }, id);
    place.replaceChildren(el('div', { class: 'view connection-view' },
      el('div', { class: 'view-head' }, el('nav', { 'aria-label': 'Where you are', class: 'trail' }, el('a', { href: toConnections() }, 'Connections'), el('span', { 'aria-hidden': 'true' }, '/')), title),
      troubleNotice(error, again, wasShown && error.status !== 404 ? 'The sign-in that showed this connection is over: it is not shown any more.' : undefined)));
    if (hadFocus) title.focus();
    if (error.status === 404) feed.want({ connections: [], pulse: false });
    // Who signs in again gets a feed again.
    else unlisten = feed.listen((message) => message.type === 'ready' && again());
  }

  function again() {
    if (view !== null) return;
    unlisten();
    place.replaceChildren();
    const now = parseRoute(location.hash);
    view = showConnection(place, now.view === 'connection' ? now : route, feed, gone);
  }

  return {
    update: (next) => view?.update?.(next),
    key: (event) => view?.key?.(event) ?? false,
    recheck: () => view?.recheck?.(),
    close() {
      unlisten();
      view?.close();
    },
  };
}
