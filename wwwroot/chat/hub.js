import { hubAddress } from './own-connection.js';

/** @import { Hub } from './types.js' */

/** Whether the browser build of SignalR is there; without Node.js the server's build leaves it out. */
export const hasSignalR = () => 'signalR' in window;

/**
 * A connection to the hub, over a WebSocket and nothing else: no negotiation, no fallback.
 * @returns {Hub}
 */
export function createHub() {
  /** @type {typeof import('@microsoft/signalr')} */
  const signalR = /** @type {any} */ (window).signalR;
  return new signalR.HubConnectionBuilder()
    .withUrl(hubAddress, { skipNegotiation: true, transport: signalR.HttpTransportType.WebSockets })
    // What goes wrong is shown on the page, with a reason.
    .configureLogging(signalR.LogLevel.None)
    .build();
}

/**
 * The code and sentence of an error that the hub answered with.
 * @param {unknown} error
 * @returns {{ code: string, sentence: string } | null} null when the call never got an answer
 */
export function hubError(error) {
  const text = error instanceof Error ? error.message : String(error);
  const found = /HubException: ([a-z_]+): (.*)$/s.exec(text);
  if (found) return { code: found[1], sentence: found[2] };
  return /^(An unexpected error occurred invoking|Failed to invoke)/.test(text) ? { code: 'failed', sentence: 'The server could not do that.' } : null;
}
