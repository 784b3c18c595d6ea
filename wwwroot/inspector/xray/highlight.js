/** @typedef {{ id: string, start: number, end: number, layer: string, label: string }} Mark a named run of bytes */

/**
 * What is pointed at: a mark, or one byte. Everybody who shows marks or bytes listens, so that pointing at one place lights it in all.
 * Pointing is passing; a click pins it until the next.
 */
export class Highlight {
  /** @type {Set<() => void>} */ #listeners = new Set();
  /** @type {string | number | null} */ #pinned = null;
  /** @type {string | number | null} */ #pointed = null;

  /** @param {Mark[]} marks from the outermost to the innermost */
  constructor(marks) {
    this.marks = marks;
  }

  /** A mark's id, a byte's offset, or nothing. */
  get active() {
    return this.#pointed ?? this.#pinned;
  }

  /** @param {string | number | null} what */
  point(what) {
    if (what === this.#pointed) return;
    this.#pointed = what;
    this.#tell();
  }

  /** @param {string | number | null} what pinned twice, it is let go */
  pin(what) {
    this.#pinned = this.#pinned === what ? null : what;
    this.#tell();
  }

  /** Whether a mark is lit. @param {string} id */
  lights(id) {
    const { active } = this;
    if (typeof active !== 'number') return active === id;
    const mark = this.marks.find((one) => one.id === id);
    return mark !== undefined && this.innermost(active).includes(mark);
  }

  /** The bytes that are lit. @returns {{ start: number, end: number } | null} */
  get range() {
    const { active } = this;
    if (typeof active === 'number') return { start: active, end: active + 1 };
    return this.marks.find((mark) => mark.id === active) ?? null;
  }

  /** The narrowest marks around a byte: a header's byte can hold several fields. @param {number} at */
  innermost(at) {
    const around = this.marks.filter((mark) => mark.start <= at && at < mark.end);
    const least = Math.min(...around.map((mark) => mark.end - mark.start));
    return around.filter((mark) => mark.end - mark.start === least);
  }

  /** @param {() => void} listener */
  listen(listener) {
    this.#listeners.add(listener);
  }

  /** Links an element to a mark: hover, focus and click. @param {HTMLElement} element @param {string} id */
  link(element, id) {
    element.dataset.mark = id;
    element.addEventListener('mouseenter', () => this.point(id));
    element.addEventListener('mouseleave', () => this.point(null));
    element.addEventListener('focusin', () => this.point(id));
    element.addEventListener('focusout', () => this.point(null));
    element.addEventListener('click', (event) => {
      if (event.target instanceof Element && event.target.closest('a, summary, input')) return;
      if (getSelection()?.isCollapsed !== false) this.pin(id);
    });
    this.listen(() => element.classList.toggle('lit', this.lights(id)));
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}
