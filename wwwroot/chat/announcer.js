import { el } from '../shared/dom.js';

const mostLines = 20;

/**
 * Reads arriving messages out to screen readers. The visible list is no live region: history and own messages would be read out too.
 * @param {HTMLElement} log an element with role log
 */
export function createAnnouncer(log) {
  return (/** @type {string} */ line) => {
    log.append(el('p', {}, line));
    while (log.childElementCount > mostLines) log.firstElementChild?.remove();
  };
}
