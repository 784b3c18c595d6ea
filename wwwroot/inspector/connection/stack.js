import { el, reconcile } from '../../shared/dom.js';
import { figureLore, layerLore, stateLore } from '../lore/layers.js';
import { printable } from '../printable.js';
import { figuresOf } from './figures.js';

/** @typedef {import('../types.js').Connection} Connection */
/** @typedef {import('../types.js').LayerState} LayerState */

/**
 * The layers of a connection as a stack, the application on top, each with its state and figures. Choosing one shows its events alone.
 */
export class Stack {
  /** @param {(layer: import('../types.js').LayerName) => void} choose */
  constructor(choose) {
    this.choose = choose;
    this.list = el('ol', { class: 'stack', 'aria-label': 'Layers, from the application down to the socket' });
  }

  /** @param {Connection} connection @param {boolean} [isAway] the server does not say how it is now */
  show(connection, isAway = false) {
    const states = [...(connection.layers ?? [])].reverse();
    reconcile(this.list, states, (state) => state.layer, (state) => this.#create(state), (slab, state) => update(slab, isAway ? lastKnown(state) : state, connection));
  }

  /** @param {ReadonlySet<string>} layers those whose events are shown */
  mark(layers) {
    for (const slab of this.list.children) {
      if (slab instanceof HTMLElement) slab.querySelector('button')?.setAttribute('aria-pressed', String(layers.size === 1 && layers.has(slab.dataset.layer ?? '')));
    }
  }

  /** Bytes went through these layers just now. @param {ReadonlySet<string>} layers */
  pulse(layers) {
    for (const slab of this.list.children) {
      if (!(slab instanceof HTMLElement) || !layers.has(slab.dataset.layer ?? '') || matchMedia('(prefers-reduced-motion: reduce)').matches) continue;
      slab.querySelector('.slab-band')?.animate([{ opacity: 0.25 }, { opacity: 1 }], { duration: 500, easing: 'ease-out' });
    }
  }

  /** @param {LayerState} state */
  #create(state) {
    const lore = layerLore[state.layer];
    return el(
      'li',
      { class: 'slab', 'data-layer': state.layer },
      el('span', { class: 'slab-band', 'aria-hidden': 'true' }),
      el('div', { class: 'slab-head' },
        el('button', { type: 'button', class: 'slab-name', 'aria-pressed': 'false', title: 'Show the events of this layer alone', onclick: () => this.choose(state.layer) }, lore.name),
        el('span', { class: 'slab-summary' }), el('span', { class: 'chip' })),
      el('dl', { class: 'figures' }),
      el('p', { class: 'lore', title: lore.sentence }, lore.brief, ...lore.links.flatMap((link) => [' ', el('a', { href: link.href, target: '_blank', rel: 'noreferrer' }, link.text)])),
    );
  }
}

/** @param {LayerState} state @returns {LayerState} */
const lastKnown = (state) => (state.state === 'open' ? { ...state, state: 'unknown' } : state);

/** @param {HTMLElement} slab @param {LayerState} state @param {Connection} connection */
function update(slab, state, connection) {
  slab.dataset.state = state.state;
  const chip = slab.querySelector('.chip');
  const summary = slab.querySelector('.slab-summary');
  const figures = slab.querySelector('.figures');
  const words = stateLore[state.state] ?? { word: state.state, sentence: '' };
  if (chip instanceof HTMLElement) {
    setText(chip, words.word);
    chip.title = words.sentence;
  }
  if (summary) setText(summary, printable(state.summary));
  if (!(figures instanceof HTMLElement)) return;
  reconcile(figures, figuresOf(connection, state), (figure) => figure.key,
    (figure) => el('div', { title: figureLore[figure.key]?.means ?? '' }, el('dt', {}, figureLore[figure.key]?.name ?? figure.key), el('dd')),
    (pair, figure) => pair.lastElementChild && setText(pair.lastElementChild, figure.value));
}

/** Leaves a selection alone where nothing changed. @param {Element} element @param {string} text */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
