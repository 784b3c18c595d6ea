import { el } from './dom.js';

/** The layers of a connection, from the socket up, by the names of the inspector's events. */
export const layers = /** @type {const} */ (['tcp', 'tls', 'http', 'webSocket', 'signalR', 'hub', 'application']);

/** Seven bars, the application on top; decoration. */
export function layerBars() {
  const bars = el('span', { class: 'layer-bars', 'aria-hidden': 'true' });
  for (const layer of [...layers].reverse()) bars.append(el('i', { 'data-layer': layer }));
  return bars;
}
