import { el } from '../shared/dom.js';

/** @type {[string, [string, string][]][]} */
const groups = [
  ['Everywhere', [['?', 'these shortcuts'], ['g', 'all connections'], ['/', 'to the text filter'], ['e', 'explanations on and off'], ['Esc', 'close, or leave a field']]],
  ['Connections', [['↓ ↑', 'move'], ['Enter', 'open the connection'], ['Home End', 'first, last']]],
  ['One connection', [['t', 'to the timeline'], ['↓ ↑ PgDn PgUp', 'move in it'], ['Enter', 'X-ray the chosen event'], ['p', 'pause, go on'], ['f', 'follow the newest'], ['1 – 7', 'a layer on and off, from TCP up']]],
  ['Doctor', [['r', 'examine again']]],
  ['X-ray', [['[ ]', 'the event before, after'], ['u', 'back to the connection'], ['m', 'unmask the payload'], ['b', 'to the bytes'], ['← ↑ → ↓', 'walk through the bytes, or the fields of a header']]],
];

/**
 * The overlay of shortcuts.
 * @param {HTMLDialogElement} dialog
 */
export function fillShortcuts(dialog) {
  dialog.append(
    el('h2', {}, 'Keyboard'),
    el('div', { class: 'shortcuts' }, ...groups.map(([title, keys]) => el('section', {}, el('h3', {}, title), el('dl', {}, ...keys.map(([key, means]) => el('div', {}, el('dt', {}, ...key.split(' ').flatMap((one) => (one === '–' ? [' – '] : [el('kbd', {}, one), ' ']))), el('dd', {}, means))))))),
    el('form', { method: 'dialog' }, el('button', { class: 'button primary' }, 'Close')),
  );
}
