import { copyButton } from '../../shared/clipboard.js';
import { el } from '../../shared/dom.js';
import { number } from '../format.js';
import { keyBytes } from './bits.js';

/** Bytes drawn at once; buttons go on to the next. */
const pageBytes = 1024;
const narrow = matchMedia('(max-width: 46rem)');

/** @param {number} byte */
const hexOf = (byte) => byte.toString(16).padStart(2, '0');

/** @param {number} byte */
const charOf = (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·');

/**
 * The bytes in hexadecimal with their characters beside them, coloured by layer, linked to the marks both ways. Masked payload can be shown as it stands on
 * the wire, or unmasked.
 */
export class HexView {
  #page = 0;
  #isUnmasked = false;
  /** @type {number | null} */ #cursor = null;
  /** @type {Map<number, HTMLElement[]>} */ #cells = new Map();

  /**
   * @param {Uint8Array} bytes
   * @param {number} start offset of the first byte in its stream
   * @param {import('./nesting.js').Nest} nest
   * @param {import('./highlight.js').Highlight} highlight
   * @param {AbortSignal} signal
   */
  constructor(bytes, start, nest, highlight, signal) {
    this.bytes = bytes;
    this.start = start;
    this.nest = nest;
    this.highlight = highlight;
    this.rows = el('div', { class: 'hex', tabindex: '0', role: 'group', 'aria-label': 'Bytes in hexadecimal; arrows walk through them', 'aria-describedby': 'hex-says' });
    this.says = el('p', { class: 'hex-says', id: 'hex-says', 'aria-live': 'polite' });
    this.pages = el('div', { class: 'hex-pages' });
    const isMasked = nest.frames.some((frame) => frame.detail.header.masked && frame.detail.header.payloadLength > 0);
    const unmask = el('label', { class: 'switch' }, el('input', { type: 'checkbox', id: 'unmask', onchange: (/** @type {Event} */ event) => {
      this.#isUnmasked = /** @type {HTMLInputElement} */ (event.target).checked;
      this.#draw();
    } }), 'Unmask the payload');
    this.place = el('div', { class: 'hex-view' },
      el('div', { class: 'hex-tools' }, isMasked ? unmask : null, copyButton('Copy hex', () => [...this.bytes].map(hexOf).join(' ')), copyButton('Copy text', () => this.#text()), this.pages),
      this.rows, this.says);
    this.rows.addEventListener('mouseover', (event) => this.highlight.point(offsetOf(event)));
    this.rows.addEventListener('mouseleave', () => this.highlight.point(null));
    this.rows.addEventListener('click', (event) => {
      const at = offsetOf(event);
      if (at === null || getSelection()?.isCollapsed === false) return;
      this.#cursor = at;
      highlight.pin(at);
    });
    this.rows.addEventListener('keydown', (event) => this.#key(event));
    this.rows.addEventListener('blur', () => highlight.point(null));
    highlight.listen(() => this.#light());
    narrow.addEventListener('change', () => this.#draw(), { signal });
    this.#draw();
  }

  get #perRow() {
    return narrow.matches ? 8 : 16;
  }

  #draw() {
    this.#cells.clear();
    const from = this.#page * pageBytes;
    const to = Math.min(this.bytes.length, from + pageBytes);
    const rows = [];
    for (let at = from; at < to; at += this.#perRow) {
      const hex = el('span', { class: 'hex-bytes' });
      const text = el('span', { class: 'hex-text' });
      for (let i = at; i < Math.min(at + this.#perRow, to); i++) {
        const offset = this.start + i;
        const { layer, part } = this.#belongs(offset);
        const byte = this.#byteAt(i);
        const cells = [el('span', { 'data-at': offset, 'data-layer': layer, 'data-part': part }, hexOf(byte)), el('span', { 'data-at': offset, 'data-layer': layer, 'data-part': part }, charOf(byte))];
        hex.append(/** @type {Node} */ (cells[0]), i % 8 === 7 ? '  ' : ' ');
        text.append(/** @type {Node} */ (cells[1]));
        this.#cells.set(offset, cells);
      }
      rows.push(el('div', { class: 'hex-row' }, el('span', { class: 'hex-offset' }, String(this.start + at)), hex, text, '\n'));
    }
    this.rows.replaceChildren(...rows);
    this.#drawPages(from, to);
    this.#light();
  }

  /** @param {number} from @param {number} to */
  #drawPages(from, to) {
    this.pages.hidden = this.bytes.length <= pageBytes;
    if (this.pages.hidden) return;
    /** @param {string} name @param {number} page */
    const button = (name, page) => {
      const element = el('button', { type: 'button', class: 'button small', onclick: () => { this.#page = page; this.#draw(); } }, name);
      element.disabled = page < 0 || page * pageBytes >= this.bytes.length;
      return element;
    };
    this.pages.replaceChildren(button('Earlier', this.#page - 1), el('span', { class: 'quiet small' }, `bytes ${number(from)}–${number(to)} of ${number(this.bytes.length)}`), button('Later', this.#page + 1));
  }

  /** @param {number} index */
  #byteAt(index) {
    const byte = this.bytes[index] ?? 0;
    return this.#isUnmasked ? this.#unmasked(index) : byte;
  }

  /** RFC 6455 5.3: octet i of the payload is XORed with octet i mod 4 of the key. @param {number} index */
  #unmasked(index) {
    const byte = this.bytes[index] ?? 0;
    const offset = this.start + index;
    const frame = this.nest.frames.find((one) => one.bytes.start <= offset && offset < one.bytes.end);
    if (!frame?.detail.header.masked) return byte;
    const within = offset - frame.bytes.start - frame.detail.header.headerLength;
    return within < 0 ? byte : byte ^ (keyBytes(frame.detail.header.maskingKey)[within % 4] ?? 0);
  }

  /** What the bytes say as text, unmasked, headers left out. */
  #text() {
    const { message } = this.nest;
    if (message?.detail.compressedLength !== null && message?.detail.text) return message.detail.text;
    const payload = [...this.bytes.keys()].filter((index) => this.nest.frames.length === 0 || this.nest.frames.some((frame) => {
      const offset = this.start + index;
      return frame.bytes.start + frame.detail.header.headerLength <= offset && offset < frame.bytes.end;
    }));
    return new TextDecoder().decode(Uint8Array.from(payload, (index) => this.#unmasked(index)));
  }

  /** @param {number} offset @returns {{ layer: string, part: string }} */
  #belongs(offset) {
    const hub = this.nest.hubMessages.findIndex((message) => message.bytes.start <= offset && offset < message.bytes.end);
    const frame = this.nest.frames.find((one) => one.bytes.start <= offset && offset < one.bytes.end);
    if (frame) {
      const within = offset - frame.bytes.start;
      const { header } = frame.detail;
      if (within < header.headerLength) return { layer: 'webSocket', part: within === 0 ? 'first' : within === 1 ? 'length' : header.masked && within >= header.headerLength - 4 ? 'key' : 'extended' };
      return hub >= 0 ? { layer: 'signalR', part: hub % 2 === 0 ? 'even' : 'odd' } : { layer: 'webSocket', part: 'payload' };
    }
    const other = this.nest.others.find((one) => one.bytes.start <= offset && offset < one.bytes.end);
    return { layer: other?.layer ?? 'tcp', part: 'payload' };
  }

  #light() {
    const { range, active } = this.highlight;
    for (const [offset, cells] of this.#cells) {
      const lit = range !== null && range.start <= offset && offset < range.end;
      for (const cell of cells) cell.classList.toggle('lit', lit);
    }
    this.says.textContent = typeof active === 'number' ? this.#say(active) : typeof active === 'string' ? this.#sayMark(active) : 'Point at a byte, a field or a layer: each shows where it is in the others.';
  }

  /** @param {number} offset */
  #say(offset) {
    const index = offset - this.start;
    const byte = this.bytes[index];
    if (byte === undefined) return '';
    const names = this.highlight.innermost(offset).map((mark) => mark.label).join(', ');
    const plain = this.#unmasked(index);
    const unmasked = plain === byte ? '' : `; unmasked ${hexOf(plain)}${charOf(plain) === '·' ? '' : ` “${charOf(plain)}”`}`;
    return `Byte ${number(offset)}: ${hexOf(byte)} = ${byte.toString(2).padStart(8, '0')}${unmasked} · ${names}`;
  }

  /** @param {string} id */
  #sayMark(id) {
    const mark = this.highlight.marks.find((one) => one.id === id);
    return mark ? `${mark.label}: bytes ${number(mark.start)} to ${number(mark.end)}, ${number(mark.end - mark.start)} of them` : '';
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const row = this.#perRow;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: row, ArrowUp: -row }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const from = this.#cursor ?? this.start + this.#page * pageBytes - step;
    const at = Math.max(this.start, Math.min(this.start + this.bytes.length - 1, from + step));
    this.#cursor = at;
    const page = Math.floor((at - this.start) / pageBytes);
    if (page !== this.#page) {
      this.#page = page;
      this.#draw();
    }
    this.highlight.point(at);
    this.#cells.get(at)?.[0]?.scrollIntoView({ block: 'nearest' });
  }
}

/** @param {Event} event */
function offsetOf(event) {
  const cell = event.target instanceof Element ? event.target.closest('[data-at]') : null;
  return cell instanceof HTMLElement ? Number(cell.dataset.at) : null;
}
