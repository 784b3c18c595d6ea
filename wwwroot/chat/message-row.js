import { el } from '../shared/dom.js';
import { hasInspector } from '../shared/inspector.js';
import { findLinks } from './links.js';
import { clockTime, dayName, fullTime } from './times.js';

/** @import { Row } from './grouping.js' */

const tallest = 24;

/**
 * What a row looks like, as text: equal signatures need no redrawing.
 * @param {Row} row
 */
export const signature = row => {
  switch (row.kind) {
    case 'message': return `m${row.leads}${row.message.number}`;
    case 'pending': return `p${row.leads}${row.post.state}${row.post.trouble}`;
    default: return row.kind;
  }
};

/**
 * @param {Row} row
 * @param {{ me: string, room: string, retry: (id: string) => void, discard: (id: string) => void }} context
 * @returns {HTMLElement}
 */
export function drawRow(row, context) {
  switch (row.kind) {
    case 'start': return el('li', { class: 'beginning' }, el('strong', {}, `#${context.room}`), el('span', {}, 'This is where the room begins.'));
    case 'day': return el('li', { class: 'separator' }, el('span', {}, dayName(row.at)));
    case 'new': return el('li', { class: 'separator new' }, el('span', {}, 'New'));
    case 'message': return drawMessage(row, context);
    case 'pending': return drawPending(row, context);
  }
}

/** @param {Extract<Row, { kind: 'message' }>} row @param {{ me: string }} context */
function drawMessage({ message, leads }, { me }) {
  const isOwn = message.author === me;
  const item = el('li', { class: `message${leads ? ' leads' : ''}${isOwn ? ' own' : ''}`, tabindex: -1, 'data-number': message.number, 'data-id': message.id });
  const time = el('time', { datetime: message.postedAt, title: `${fullTime(message.postedAt)}, message ${message.number}` }, clockTime(message.postedAt));
  item.append(
    gutter(message.author, leads, time),
    el('div', { class: 'content' },
      leads ? el('p', { class: 'author' }, el('bdi', {}, message.author), isOwn ? el('span', { class: 'you' }, 'you') : null, time) : el('span', { class: 'visually-hidden' }, `${message.author}: `),
      drawText(message.text)),
    el('div', { class: 'actions' },
      el('span', { class: 'number mono', title: 'The number of this message in its room' }, `#${message.number}`),
      // A stop for the Tab key only where the message has the focus; x opens it, too.
      hasInspector ? el('a', { class: 'x-ray', tabindex: -1, href: `/inspect#find=${encodeURIComponent(message.id)}`, target: '_blank', rel: 'noopener', title: 'See this message at every layer (x)', 'aria-label': `X-ray of message ${message.number}` }, 'X-ray') : null));
  return item;
}

/** @param {Extract<Row, { kind: 'pending' }>} row @param {{ me: string, retry: (id: string) => void, discard: (id: string) => void }} context */
function drawPending({ post, leads }, { me, retry, discard }) {
  const isFailed = post.state === 'failed';
  const words = isFailed ? `Not sent. ${post.trouble}` : post.state === 'sending' ? 'Sending' : 'Waiting for the connection';
  return el('li', { class: `message own pending ${post.state}${leads ? ' leads' : ''}`, tabindex: -1, 'data-id': post.id },
    gutter(me, leads, el('time', { datetime: post.madeAt, title: fullTime(post.madeAt) }, clockTime(post.madeAt))),
    el('div', { class: 'content' },
      leads ? el('p', { class: 'author' }, el('bdi', {}, me), el('span', { class: 'you' }, 'you')) : null,
      drawText(post.text),
      el('p', { class: 'fate', role: isFailed ? 'alert' : null },
        words,
        isFailed ? el('button', { class: 'button link', type: 'button', onclick: () => retry(post.id) }, 'Retry') : null,
        isFailed ? el('button', { class: 'button link', type: 'button', onclick: () => discard(post.id) }, 'Discard') : null)));
}

/** @param {string} author @param {boolean} leads @param {HTMLElement} time */
const gutter = (author, leads, time) => el('div', { class: 'gutter' }, leads
  ? el('span', { class: 'avatar', 'aria-hidden': 'true', 'data-hue': hue(author) }, [...author][0]?.toUpperCase() ?? '')
  : time);

/** One of eight colours, always the same for a name. @param {string} name */
const hue = name => [...name].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973, 7) % 7;

/** @param {string} text */
function drawText(text) {
  const body = el('div', { class: 'text', dir: 'auto' });
  for (const piece of findLinks(text))
    body.append(piece.href === null ? piece.text : el('a', { href: piece.href, target: '_blank', rel: 'noopener noreferrer' }, piece.text));
  const lines = text.split('\n').length;
  if (lines <= tallest) return body;

  body.classList.add('folded');
  const all = el('button', { class: 'button link', type: 'button', 'aria-expanded': 'false', onclick: () => {
    const isOpen = body.classList.toggle('folded') === false;
    all.setAttribute('aria-expanded', String(isOpen));
    all.textContent = isOpen ? 'Show less' : `Show all ${lines} lines`;
  } }, `Show all ${lines} lines`);
  return el('div', {}, body, all);
}
