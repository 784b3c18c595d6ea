import { path } from '../api.js';

/** @typedef {import('../types.js').Connection} Connection */
/** @typedef {import('../types.js').LayerEvent} LayerEvent */

/** Connections that are looked through. */
const mostConnections = 3;

/**
 * Where the relay that serves this page passes its connections on to, as far as one came: a relay notes it on each. Null where a server shows its own.
 * @param {AbortSignal} signal @returns {Promise<string | null>} such as ws://localhost:5080
 */
export async function relayTarget(signal) {
  /** @type {Connection[]} */
  const recent = await read(`/connections?limit=${mostConnections}`, signal);
  for (const { id } of recent) {
    /** @type {LayerEvent[]} */
    const events = await read(`/connections/${encodeURIComponent(id)}/events?layers=tcp,tls&limit=20`, signal);
    const relayed = events.find((event) => event.layer === 'tcp' && event.kind === 'relayed');
    if (relayed) return `${events.some((event) => event.layer === 'tls' && event.kind === 'relayed') ? 'wss' : 'ws'}://${relayed.detail.target}`;
  }
  return null;
}

/** @param {string} address @param {AbortSignal} signal */
async function read(address, signal) {
  const answer = await fetch(path + address, { signal });
  return answer.ok ? (await answer.json()).items : [];
}
