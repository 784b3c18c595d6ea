import { el, icon } from './dom.js';

/**
 * A button that copies a text, and says so.
 * @param {string} label
 * @param {() => string} text
 */
export function copyButton(label, text) {
  const words = el('span', {}, label);
  const button = el('button', { type: 'button', class: 'button small', onclick: () => void copy() }, icon('copy'), words);
  async function copy() {
    try {
      await navigator.clipboard.writeText(text());
      words.textContent = 'Copied';
    } catch {
      // Without HTTPS there is no clipboard; the text itself can be selected.
      words.textContent = 'Select it and copy: the browser forbids it here';
    }
    setTimeout(() => (words.textContent = label), 2000);
  }
  return button;
}
