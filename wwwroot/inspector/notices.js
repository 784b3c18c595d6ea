import { ApiError } from './api.js';
import { el } from '../shared/dom.js';
import { toConnections } from './routes.js';

/**
 * What went wrong, and what to do about it.
 * @param {unknown} error
 * @param {() => void} again
 */
export function troubleNotice(error, again) {
  const status = error instanceof ApiError ? error.status : -1;
  const [title, advice] = words(status, error);
  return el(
    'section',
    { class: 'notice', role: 'alert', 'data-state': status === 401 || status === 403 ? 'signed-out' : 'error' },
    el('h2', {}, title),
    ...advice.map((line) => el('p', {}, line)),
    // What is not here will not be here the next time either: the way on is back.
    el('p', {}, status === 404 ? el('a', { href: toConnections() }, 'All connections') : el('button', { type: 'button', class: 'button primary', onclick: again }, 'Try again')),
  );
}

/** @param {number} status @param {unknown} error @returns {[string, string[]]} */
function words(status, error) {
  const said = error instanceof Error ? error.message : String(error);
  if (status === 401 || status === 403) {
    return ['Nobody is signed in', [
      'Your own connections show when you are signed in to the application: sign in there, in this browser, then try again.',
      'All connections show to the operator: open the inspector’s sign-in link, which the server prints when it starts.',
    ]];
  }
  if (status === 404) return ['It is not here', [said, 'Closed connections are kept until the journal’s budget needs their room.']];
  if (status === 0) return ['The server does not answer', [said, 'This page goes on by itself when the server is back.']];
  return ['That did not work', [said]];
}

/**
 * Shows what went wrong in its place; the same trouble again leaves the place alone, so that it is neither read aloud again nor loses the focus.
 * @param {HTMLElement} place @param {unknown} error @param {() => void} again
 */
export function showTrouble(place, error, again) {
  const notice = troubleNotice(error, again);
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
