import { el } from '../shared/dom.js';

/** What each view's keys do; those of the first are taken wherever one is. @type {[string, [string, string][]][]} */
const groups = [
  ['Everywhere', [['?', 'these shortcuts'], ['g', 'all connections'], ['/', 'to the text filter, or the value to follow'], ['e', 'explanations on and off'], ['Esc', 'close; clear a text field, leave an empty one']]],
  ['Connections', [['j', 'to the list'], ['↓ ↑', 'move in it'], ['Home End', 'first, last'], ['Enter', 'open the connection']]],
  ['One connection', [['t', 'to the timeline'], ['↓ ↑ PgDn PgUp', 'move in it'], ['x', 'X-ray the chosen event'], ['Enter', 'the same, in the timeline'], ['p', 'pause, go on'], ['f', 'follow the newest'], ['1 – 7', 'a layer on and off, from TCP up']]],
  ['X-ray', [['[ ]', 'the event before, after'], ['k j', 'the same'], ['u Backspace', 'back to the connection'], ['m', 'unmask the payload'], ['b', 'to the bytes'], ['← ↑ → ↓', 'walk through the bytes, or the fields of a header']]],
  ['Way of a value', [['m', 'unmask the payload'], ['b', 'to the bytes']]],
  ['Doctor', [['r', 'examine again']]],
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
