import { ApiError, hasToken, path } from './api.js';
import { el } from '../shared/dom.js';
import { toConnections } from './routes.js';

/**
 * What went wrong, and what to do about it.
 * @param {unknown} error
 * @param {() => void} again
 * @param {string} [before] what to say first
 */
export function troubleNotice(error, again, before) {
  const status = error instanceof ApiError ? error.status : -1;
  const [title, advice] = words(status, error);
  return el(
    'section',
    { class: 'notice', role: 'alert', 'data-state': status === 401 || status === 403 ? 'signed-out' : 'error' },
    el('h2', {}, title),
    ...[before, ...advice].filter((line) => line !== undefined).map((line) => el('p', {}, line)),
    ...(hasToken && (status === 401 || status === 403) ? [el('p', {}, el('a', { href: `${path}/sign-in` }, 'Sign in with the operator’s token'))] : []),
    // What is not here will not be here the next time either: the way on is back.
    el('p', {}, status === 404 ? el('a', { href: toConnections() }, 'All connections') : el('button', { type: 'button', class: 'button primary', onclick: again }, 'Try again')),
  );
}

/** @param {number} status @param {unknown} error @returns {[string, string[]]} */
function words(status, error) {
  const said = error instanceof Error ? error.message : String(error);
  const isRestarted = error instanceof ApiError && error.isOfAnother;
  if (status === 401 || status === 403) {
    return [status === 401 ? 'Nobody is signed in' : 'This is not for you to see', [
      ...(isRestarted ? ['The server was restarted: what it had recorded went with it, and so did the operator’s sign-in.'] : []),
      'Your own connections show when you are signed in to the application: sign in there, in this browser, then try again.',
      'All connections show to the operator: open the inspector’s sign-in link, which the server prints when it starts, in Development or at a terminal.',
    ]];
  }
  if (status === 404 && isRestarted) return ['It went with the server’s restart', ['Another process answers now than the one that recorded it. A record is kept in the memory of its server, no longer than that runs.']];
  if (status === 404) return ['It is not here', [said, 'Closed connections are kept until the journal’s budget needs their room, and none longer than the server runs.']];
  if (status === 0) return ['The server does not answer', [said, 'This page goes on by itself when the server is back.']];
  return ['That did not work', [said]];
}

/**
 * Shows what went wrong in its place; the same trouble again leaves the place alone, so that it is neither read aloud again nor loses the focus.
 * @param {HTMLElement} place @param {unknown} error @param {() => void} again
 */
export function showTrouble(place, error, again) {
  const isForgotten = error instanceof ApiError && error.status === 404;
  const notice = troubleNotice(error, again, isForgotten ? 'What this page shows is all that is left of it.' : undefined);
  if (place.textContent !== notice.textContent) place.replaceChildren(notice);
}

/**
 * Nothing to show, and what would make something appear.
 * @param {string} title
 * @param {...(string | Node)} lines
 */
export function emptyNotice(title, ...lines) {
  return el('section', { class: 'notice', 'data-state': 'empty' }, el('h2', {}, title), ...lines.map((line) => el('p', {}, line)));
}
