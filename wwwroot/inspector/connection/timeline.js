import { el, perFrame } from '../../shared/dom.js';
import { layerLore } from '../lore/layers.js';
import { arrows, clock, directions, number } from '../format.js';
import { printable } from '../printable.js';

/** @typedef {import('../types.js').LayerEvent} LayerEvent */

const narrow = matchMedia('(max-width: 46rem)');
/** Rows are of one height, so that where a row stands is a multiplication and ten thousand of them are forty elements. Two lines where there is no room for one. */
const rowHeight = () => (narrow.matches ? 46 : 26);
/** Rows drawn above and below what is seen, for a smooth wheel. */
const spare = 12;

/**
 * A list of events of any length: only the rows in sight are elements. Follows the tail until somebody scrolls up; then says how many came since.
 * A listbox: arrows, Page Up and Down, Home, End move; Enter opens.
 */
export class Timeline {
  /** @type {LayerEvent[]} */ #rows = [];
  /** @type {Map<string, HTMLElement>} */ #drawn = new Map();
  /** @type {string | null} */ #chosen = null;
  #follows = true;
  #draw = perFrame(() => this.#drawInSight());

  /**
   * @param {(event: LayerEvent) => void} pick
   * @param {(event: LayerEvent) => void} open
   * @param {(follows: boolean) => void} followed
   */
  constructor(pick, open, followed) {
    this.pick = pick;
    this.open = open;
    this.followed = followed;
    this.list = el('div', { class: 'timeline-rows' });
    this.viewport = el('div', { class: 'timeline', id: 'timeline', role: 'listbox', tabindex: '0', 'aria-label': 'Events of the connection' }, this.list);
    this.viewport.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.viewport.addEventListener('keydown', (event) => this.#key(event));
    this.viewport.addEventListener('click', (event) => {
      const row = this.#rowOf(event);
      if (row) this.choose(row);
    });
    this.viewport.addEventListener('dblclick', (event) => {
      const row = this.#rowOf(event);
      if (row) this.open(row);
    });
    this.resize = new ResizeObserver(() => this.#draw());
    this.resize.observe(this.viewport);
  }

  get follows() {
    return this.#follows;
  }

  /** @param {LayerEvent[]} rows in order */
  show(rows) {
    this.#rows = rows;
    this.#draw();
  }

  /** @param {boolean} follows */
  follow(follows) {
    this.#follows = follows;
    this.followed(follows);
    this.#draw();
  }

  /** @param {LayerEvent} event */
  choose(event) {
    this.#chosen = event.sequence;
    this.viewport.setAttribute('aria-activedescendant', `row-${event.sequence}`);
    if (this.#follows && event !== this.#rows.at(-1)) this.follow(false);
    this.#reveal(this.#rows.indexOf(event));
    this.#drawInSight();
    this.pick(event);
  }

  /** Other rows are shown now: the chosen one stays in sight. */
  revealChosen() {
    const at = this.#rows.findIndex((row) => row.sequence === this.#chosen);
    if (at < 0 || this.#follows) return;
    this.#drawInSight();
    this.#reveal(at);
  }

  close() {
    this.resize.disconnect();
  }

  /** @param {Event} event */
  #rowOf(event) {
    const row = event.target instanceof Element ? event.target.closest('[data-sequence]') : null;
    return row instanceof HTMLElement ? this.#rows.find((one) => one.sequence === row.dataset.sequence) : undefined;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.viewport;
    const atEnd = scrollHeight - scrollTop - clientHeight < rowHeight();
    // Growing moves the end away without anybody scrolling: only a way up means to stop.
    if (atEnd !== this.#follows && (atEnd || scrollTop < this.#lastTop)) {
      this.#follows = atEnd;
      this.followed(atEnd);
    }
    this.#lastTop = scrollTop;
    this.#draw();
  }

  #lastTop = 0;

  #drawInSight() {
    const { viewport, list } = this;
    const height = `${this.#rows.length * rowHeight()}px`;
    if (list.style.height !== height) list.style.height = height;
    if (this.#follows) viewport.scrollTop = viewport.scrollHeight;
    this.#lastTop = viewport.scrollTop;
    const first = Math.max(0, Math.floor(viewport.scrollTop / rowHeight()) - spare);
    const last = Math.min(this.#rows.length, Math.ceil((viewport.scrollTop + viewport.clientHeight) / rowHeight()) + spare);
    const keep = new Set();
    for (let at = first; at < last; at++) {
      const event = this.#rows[at];
      if (!event) continue;
      keep.add(event.sequence);
      let row = this.#drawn.get(event.sequence);
      if (!row) {
        row = createRow(event);
        this.#drawn.set(event.sequence, row);
        list.append(row);
      }
      row.style.transform = `translateY(${at * rowHeight()}px)`;
      row.setAttribute('aria-posinset', String(at + 1));
      row.setAttribute('aria-setsize', String(this.#rows.length));
      row.setAttribute('aria-selected', String(event.sequence === this.#chosen));
    }
    for (const [sequence, row] of this.#drawn) {
      if (keep.has(sequence)) continue;
      row.remove();
      this.#drawn.delete(sequence);
    }
    viewport.dataset.rows = String(this.#rows.length);
  }

  /** @param {number} at */
  #reveal(at) {
    const { viewport } = this;
    const top = at * rowHeight();
    if (top < viewport.scrollTop) viewport.scrollTop = top;
    else if (top + rowHeight() > viewport.scrollTop + viewport.clientHeight) viewport.scrollTop = top + rowHeight() - viewport.clientHeight;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.#rows.findIndex((row) => row.sequence === this.#chosen);
    const page = Math.max(1, Math.floor(this.viewport.clientHeight / rowHeight()) - 1);
    const last = this.#rows.length - 1;
    // Nothing chosen yet: begin where the eye is.
    const from = at >= 0 ? at : this.#follows ? last + 1 : Math.floor(this.viewport.scrollTop / rowHeight()) - 1;
    const to = { ArrowDown: from + 1, ArrowUp: from - 1, PageDown: from + page, PageUp: from - page, Home: 0, End: last }[event.key];
    const chosen = this.#rows[at];
    if (event.key === 'Enter' && chosen) this.open(chosen);
    else if (to !== undefined) {
      const event = this.#rows[Math.max(0, Math.min(last, to))];
      if (event) this.choose(event);
    } else return;
    event.preventDefault();
  }
}

/** @param {LayerEvent} event */
function createRow(event) {
  const trouble = event.kind === 'fault' || event.kind === 'gap' || event.kind === 'failed' || event.kind === 'refused' || event.kind === 'reset';
  return el(
    'div',
    { class: `row${trouble ? ' trouble' : ''}`, role: 'option', id: `row-${event.sequence}`, 'data-sequence': event.sequence, 'data-layer': event.layer, 'data-kind': event.kind },
    el('time', { datetime: event.at }, clock(event.at)),
    el('span', { class: 'layer' }, layerLore[event.layer]?.name ?? event.layer),
    el('span', { class: 'arrow', title: directions[event.direction] }, arrows[event.direction] ?? '', el('span', { class: 'visually-hidden' }, event.direction)),
    el('span', { class: 'kind' }, printable(event.kind)),
    el('span', { class: 'summary' }, printable(event.summary)),
    el('span', { class: 'bytes' }, event.bytes ? `${number(event.bytes.end - event.bytes.start)} B` : ''),
  );
}
