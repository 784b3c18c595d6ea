import { el } from '../shared/dom.js';
import { layers } from '../shared/layers.js';

/** @import { Chat } from './chat.js' */

/**
 * The state of the connection, always visible: seven bars and a word in the header, and a line with the reason while it is down.
 * @param {{ chat: Chat, chip: HTMLElement, banner: HTMLElement, retry: HTMLButtonElement, text: HTMLElement, live: HTMLElement }} parts
 */
export function createStatus({ chat, chip, banner, retry, text, live }) {
  const word = /** @type {HTMLElement} */ (chip.querySelector('.word'));
  const bars = /** @type {HTMLElement} */ (chip.querySelector('.layer-bars'));
  for (const layer of [...layers].reverse()) bars.append(el('i', { 'data-layer': layer }));
  // Without TLS its bar stays hollow: there is no such layer in this connection.
  bars.classList.toggle('plain', location.protocol === 'http:');
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let ticking;
  let said = '';

  /** @param {string} sentence */
  const say = sentence => {
    if (sentence === said) return;
    said = sentence;
    live.textContent = sentence;
  };

  const draw = () => {
    const { state } = chat.connection;
    clearInterval(ticking);
    chip.dataset.state = state.kind;
    banner.hidden = state.kind !== 'waiting' && !(state.kind === 'connecting' && state.attempt > 0);
    retry.hidden = state.kind !== 'waiting';
    switch (state.kind) {
      case 'connected':
        word.textContent = 'Connected';
        say('Connected');
        break;
      case 'connecting':
        word.textContent = 'Connecting';
        text.textContent = 'Trying to connect again';
        break;
      case 'waiting': {
        word.textContent = state.isRestart ? 'Server restarting' : 'Reconnecting';
        const show = () => {
          const seconds = Math.max(0, Math.ceil((state.dueAt - Date.now()) / 1000));
          text.textContent = `${state.reason} Reconnecting in ${seconds} s.`;
        };
        show();
        say(`${state.reason} Reconnecting.`);
        ticking = setInterval(show, 250);
        break;
      }
      case 'signedOut':
        word.textContent = 'Signed out';
        break;
      case 'stopped':
        word.textContent = 'Not connected';
        break;
    }
    chip.title = state.kind === 'connected'
      ? `One WebSocket, no negotiation, SignalR's JSON. Open since ${new Date(state.since).toLocaleTimeString()}.`
      : word.textContent ?? '';
  };

  retry.addEventListener('click', () => chat.connection.retryNow());
  addEventListener('online', () => chat.connection.retryNow());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') chat.connection.retryNow();
  });
  chat.events.on(['connection'], draw);
  draw();
}
