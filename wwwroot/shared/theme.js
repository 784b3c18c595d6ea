import { iconAddress } from './dom.js';
import { writeStored } from './storage.js';

/** @typedef {'system' | 'light' | 'dark'} Theme */

/** @type {Theme[]} */
const order = ['system', 'light', 'dark'];

/** @type {Record<Theme, string>} */
const icons = { system: 'system', light: 'sun', dark: 'moon' };

/** @returns {Theme} */
export const currentTheme = () => {
  const theme = document.documentElement.dataset.theme;
  return theme === 'light' || theme === 'dark' ? theme : 'system';
};

/**
 * Makes a button walk through system, light and dark; the choice is kept.
 * @param {HTMLButtonElement} button
 */
export function attachThemeButton(button) {
  const show = () => {
    const theme = currentTheme();
    button.setAttribute('aria-label', `Colours: ${theme}. Change`);
    button.title = `Colours: ${theme}`;
    button.querySelector('use')?.setAttribute('href', iconAddress(icons[theme]));
  };
  button.addEventListener('click', () => {
    const next = order[(order.indexOf(currentTheme()) + 1) % order.length];
    if (next === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    writeStored('local', 'theme', next === 'system' ? null : next);
    show();
    dispatchEvent(new Event('colourschange'));
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => dispatchEvent(new Event('colourschange')));
  show();
}
