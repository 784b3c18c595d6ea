import { figuresOf } from '../inspector/connection/figures.js';
import { figureLore, layerLore, stateLore } from '../inspector/lore/layers.js';
import { printable } from '../inspector/printable.js';
import { el } from '../shared/dom.js';
import { createOwnConnection } from './own-connection.js';

/** @import { Chat } from './chat.js' */
/** @import { Connection as Recorded, LayerState } from '../inspector/types.js' */

const readEvery = 2000;

/**
 * This page's own connection beside the conversation, as the server sees it: its layers from the application down to the socket.
 * @param {{ chat: Chat, frame: HTMLElement, panel: HTMLElement, toggle: HTMLButtonElement, close: HTMLButtonElement, list: HTMLElement, note: HTMLElement, link: HTMLAnchorElement }} parts
 */
export function createConnectionPanel({ chat, frame, panel, toggle, close, list, note, link }) {
  const own = createOwnConnection();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let due;
  let isOpen = false;

  const draw = (/** @type {Recorded | null} */ recorded) => {
    note.hidden = recorded !== null;
    note.textContent = chat.connection.state.kind === 'connected'
      ? 'The inspector has nothing of this connection: it is switched off, or was asked too early.'
      : 'Not connected.';
    link.hidden = recorded === null;
    if (recorded) link.href = `/inspect#connection/${encodeURIComponent(recorded.id)}`;
    list.replaceChildren(...[...(recorded?.layers ?? [])].reverse().map(layer => drawLayer(layer, /** @type {Recorded} */ (recorded))));
  };

  const read = async () => {
    clearTimeout(due);
    if (!isOpen) return;
    try {
      if (document.visibilityState === 'visible') draw(chat.connection.state.kind === 'connected' ? await own.read() : null);
    } catch {
      draw(null);
    }
    if (isOpen) due = setTimeout(read, readEvery);
  };

  /** @param {boolean} open */
  const show = open => {
    isOpen = open;
    panel.hidden = !open;
    frame.classList.toggle('shows-connection', open);
    toggle.setAttribute('aria-expanded', String(open));
    if (open) void read();
  };

  toggle.addEventListener('click', () => show(!isOpen));
  close.addEventListener('click', () => {
    show(false);
    toggle.focus();
  });
  panel.addEventListener('keydown', key => {
    if (key.key !== 'Escape') return;
    key.stopPropagation();
    show(false);
    toggle.focus();
  });
  chat.events.on(['connection'], () => {
    own.forget();
    void read();
  });
}

/** In the inspector's words and figures. @param {LayerState} layer @param {Recorded} recorded */
function drawLayer(layer, recorded) {
  const { name, brief } = layerLore[layer.layer];
  const { word, sentence } = stateLore[layer.state] ?? { word: layer.state, sentence: '' };
  return el('li', { class: `stack-layer ${layer.state}`, 'data-layer': layer.layer, 'data-state': layer.state },
    el('p', { class: 'stack-title' }, el('strong', {}, name), el('span', { class: 'small', title: sentence }, word)),
    el('p', { class: 'small' }, printable(layer.summary)),
    el('dl', { class: 'figures small' }, ...figuresOf(recorded, layer).map(figure => el('div', { title: figureLore[figure.key]?.means }, el('dt', {}, figureLore[figure.key]?.name ?? figure.key), el('dd', {}, figure.value)))),
    el('p', { class: 'small quiet' }, brief));
}
