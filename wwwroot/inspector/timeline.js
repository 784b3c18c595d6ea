import { el, perFrame } from '../shared/dom.js';
import { layers } from '../shared/layers.js';

/** @typedef {{ sequence: string, connection: string, at: string, layer: string, direction: string, kind: string, summary: string, tap: string | null, bytes: { start: number, end: number } | null, detail: unknown }} LayerEvent */

/** Rows drawn at most; the oldest go first. The events themselves stay on the server. */
const mostRows = 5000;
const arrows = /** @type {Record<string, string>} */ ({ received: '←', sent: '→', local: '·' });

/** The events of one connection, in order, filtered by layer and text, following the tail unless paused or scrolled up. */
export class Timeline {
  /** @type {LayerEvent[]} */ #events = [];
  /** @type {Set<string>} */ #seen = new Set();
  /** @type {LayerEvent[]} */ #waiting = [];
  #hidden = new Set();
  #text = '';
  #draw = perFrame(() => this.#drawWaiting());
  paused = false;

  /**
   * @param {HTMLOListElement} list
   * @param {HTMLElement} shown
   * @param {(event: LayerEvent) => void} pick
   */
  constructor(list, shown, pick) {
    this.list = list;
    this.shown = shown;
    this.pick = pick;
    list.addEventListener('keydown', (key) => this.#move(key));
  }

  clear() {
    this.#events = [];
    this.#seen.clear();
    this.#waiting = [];
    this.list.replaceChildren();
    this.#count();
  }

  /** @param {LayerEvent} event */
  add(event) {
    if (this.#seen.has(event.sequence)) return;
    this.#seen.add(event.sequence);
    this.#events.push(event);
    if (this.#events.length > mostRows) for (const old of this.#events.splice(0, this.#events.length - mostRows)) this.#seen.delete(old.sequence);
    this.#waiting.push(event);
    if (!this.paused) this.#draw();
  }

  resume() {
    this.paused = false;
    this.#draw();
  }

  /** @param {string} text */
  find(text) {
    this.#text = text.toLowerCase();
    this.#redraw();
  }

  /** @param {string} layer @param {boolean} visible */
  show(layer, visible) {
    if (visible) this.#hidden.delete(layer);
    else this.#hidden.add(layer);
    this.#redraw();
  }

  #redraw() {
    this.list.replaceChildren();
    this.#waiting = [...this.#events];
    this.#draw();
  }

  #drawWaiting() {
    const follows = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 40;
    const rows = document.createDocumentFragment();
    for (const event of this.#waiting) if (this.#matches(event)) rows.append(this.#row(event));
    this.#waiting = [];
    this.list.append(rows);
    while (this.list.childElementCount > mostRows) this.list.firstElementChild?.remove();
    if (follows) this.list.scrollTop = this.list.scrollHeight;
    this.#count();
  }

  #count() {
    this.shown.textContent = `${this.list.childElementCount} of ${this.#events.length} events`;
  }

  /** @param {LayerEvent} event */
  #matches(event) {
    return !this.#hidden.has(event.layer) && (this.#text === '' || `${event.kind} ${event.summary}`.toLowerCase().includes(this.#text));
  }

  /** @param {LayerEvent} event */
  #row(event) {
    const row = el(
      'li',
      { 'data-layer': event.layer, tabindex: '-1', onclick: () => this.#select(row, event) },
      el('time', { datetime: event.at }, event.at.slice(11, 23)),
      el('span', {}, event.layer),
      el('span', { title: event.direction }, arrows[event.direction] ?? ''),
      el('span', { class: 'kind' }, event.kind),
      el('span', { class: 'summary', title: event.summary }, event.summary),
    );
    row.addEventListener('focus', () => this.#select(row, event));
    return row;
  }

  /** @param {HTMLElement} row @param {LayerEvent} event */
  #select(row, event) {
    this.list.querySelector('[aria-selected]')?.removeAttribute('aria-selected');
    row.setAttribute('aria-selected', 'true');
    this.pick(event);
  }

  /** @param {KeyboardEvent} key */
  #move(key) {
    if (key.key !== 'ArrowDown' && key.key !== 'ArrowUp') return;
    const current = this.list.querySelector('[aria-selected]');
    const next = current ? (key.key === 'ArrowDown' ? current.nextElementSibling : current.previousElementSibling) : this.list.lastElementChild;
    if (!(next instanceof HTMLElement)) return;
    key.preventDefault();
    next.focus();
  }
}

/**
 * The boxes that show and hide layers.
 * @param {HTMLElement} container
 * @param {Timeline} timeline
 */
export function layerBoxes(container, timeline) {
  for (const layer of layers) {
    const box = el('input', { type: 'checkbox', checked: true, onchange: () => timeline.show(layer, box.checked) });
    container.append(el('label', { 'data-layer': layer }, box, ` ${layer}`));
  }
}
