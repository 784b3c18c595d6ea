import { el } from '../shared/dom.js';
import { createOwnConnection } from './own-connection.js';

/** @import { Chat } from './chat.js' */
/** @import { LayerState, Recorded } from './own-connection.js' */

const readEvery = 2000;

/** @type {Record<string, { title: string, says: string }>} */
const layers = {
  application: { title: 'Chat', says: 'what the chat itself did for you' },
  hub: { title: 'Hub', says: 'the SignalR hub, its methods and groups' },
  signalR: { title: 'SignalR', says: 'hub messages: calls, results, pings' },
  webSocket: { title: 'WebSocket', says: 'frames, both ways (RFC 6455)' },
  http: { title: 'HTTP', says: 'the request that became the WebSocket' },
  tls: { title: 'TLS', says: 'encryption, where there is any' },
  tcp: { title: 'TCP', says: 'the socket, and the kernel\'s round trip' },
};

/**
 * This page's own connection beside the conversation, as the server sees it: its layers from the application down to the socket.
 * @param {{ chat: Chat, frame: HTMLElement, panel: HTMLElement, toggle: HTMLButtonElement, close: HTMLButtonElement, list: HTMLElement, note: HTMLElement, link: HTMLAnchorElement }} parts
 */
export function createConnectionPanel({ chat, frame, panel, toggle, close, list, note, link }) {
  const own = createOwnConnection();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let due;
  let isOpen = false;

  const draw = (/** @type {Recorded | null} */ recorded) => {
    note.hidden = recorded !== null;
    note.textContent = chat.connection.state.kind === 'connected'
      ? 'The inspector has nothing of this connection: it is switched off, or was asked too early.'
      : 'Not connected.';
    link.hidden = recorded === null;
    if (recorded) link.href = `/inspect#connection/${encodeURIComponent(recorded.id)}`;
    list.replaceChildren(...[...(recorded?.layers ?? [])].reverse().map(layer => drawLayer(layer, /** @type {Recorded} */ (recorded))));
  };

  const read = async () => {
    clearTimeout(due);
    if (!isOpen) return;
    try {
      if (document.visibilityState === 'visible') draw(chat.connection.state.kind === 'connected' ? await own.read() : null);
    } catch {
      draw(null);
    }
    if (isOpen) due = setTimeout(read, readEvery);
  };

  /** @param {boolean} open */
  const show = open => {
    isOpen = open;
    panel.hidden = !open;
    frame.classList.toggle('shows-connection', open);
    toggle.setAttribute('aria-expanded', String(open));
    if (open) void read();
  };

  toggle.addEventListener('click', () => show(!isOpen));
  close.addEventListener('click', () => {
    show(false);
    toggle.focus();
  });
  panel.addEventListener('keydown', key => {
    if (key.key !== 'Escape') return;
    key.stopPropagation();
    show(false);
    toggle.focus();
  });
  chat.events.on(['connection'], () => {
    own.forget();
    void read();
  });
}

/** @param {LayerState} layer @param {Recorded} recorded */
function drawLayer({ layer, state, summary }, { counters, tcpInfo }) {
  const known = layers[layer] ?? { title: layer, says: '' };
  /** @type {Record<string, string>} */
  const figures = {
    tcp: `${counters.bytesReceived} B in, ${counters.bytesSent} B out${tcpInfo ? `, round trip ${(tcpInfo.rttMicroseconds / 1000).toFixed(2)} ms` : ''}`,
    webSocket: `${counters.framesReceived} frames in, ${counters.framesSent} out`,
    signalR: `${counters.hubMessagesReceived} hub messages in, ${counters.hubMessagesSent} out`,
    hub: `${counters.invocations} calls`,
  };
  return el('li', { class: `stack-layer ${state}`, 'data-layer': layer, 'data-state': state },
    el('p', { class: 'stack-title' }, el('strong', {}, known.title), el('span', { class: 'small' }, state)),
    el('p', { class: 'small' }, summary),
    figures[layer] ? el('p', { class: 'small mono' }, figures[layer]) : null,
    el('p', { class: 'small quiet' }, known.says));
}
