import { el } from '../../shared/dom.js';
import { keyBytes } from './bits.js';

const shown = 8;

/**
 * The first bytes of a masked payload worked out: wire XOR key = plain (RFC 6455 5.3).
 * @param {Uint8Array} payload as it stands on the wire
 * @param {number} maskingKey
 * @param {boolean} isCompressed
 */
export function unmasking(payload, maskingKey, isCompressed) {
  const key = keyBytes(maskingKey);
  const bytes = [...payload.subarray(0, shown)];
  const hex = (/** @type {number} */ byte) => byte.toString(16).padStart(2, '0');
  /** @param {string} name @param {(byte: number, at: number) => string} say @param {string} part */
  const row = (name, say, part) => el('tr', { 'data-part': part }, el('th', { scope: 'row' }, name), ...bytes.map((byte, at) => el('td', {}, say(byte, at))), payload.length > shown ? el('td', {}, '…') : null);
  const plain = (/** @type {number} */ byte, /** @type {number} */ at) => byte ^ (key[at % 4] ?? 0);
  return el('table', { class: 'unmasking' }, el('caption', {}, `Unmasking: each byte XOR a byte of the key, in turn${isCompressed ? '; what comes out is still compressed' : ''}`),
    el('tbody', {},
      row('wire', hex, 'wire'),
      row('⊕ key', (_, at) => hex(key[at % 4] ?? 0), 'key'),
      row('= payload', (byte, at) => hex(plain(byte, at)), 'plain'),
      row('as text', (byte, at) => { const value = plain(byte, at); return value >= 0x20 && value < 0x7f ? String.fromCharCode(value) : '·'; }, 'text')));
}
