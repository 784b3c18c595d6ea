/** @typedef {import('../types.js').LayerEvent} LayerEvent */
/**
 * @typedef {object} Call one call of a hub method, through the layers
 * @property {LayerEvent} invocation as it came
 * @property {LayerEvent | null} invoked
 * @property {LayerEvent[]} facts what the application said of it
 * @property {LayerEvent | null} completed or failed
 * @property {LayerEvent | null} completion the answer, as it was sent
 */

const calls = new Set(['invocation', 'streamInvocation']);

/**
 * Joins the events of a connection to calls. A completion names its invocation, and what ended inside the hub names what was invoked there, by its number. Which
 * invocation that was is told by method and order, since a hub begins the calls of a connection in the order in which they came; facts of the application are joined by a
 * value that the call carried, such as a message's id.
 * @param {LayerEvent[]} events in order
 * @returns {Call[]}
 */
export function callsOf(events) {
  /** @type {Call[]} */
  const found = [];
  for (const event of events) {
    if (event.layer === 'signalR' && event.direction === 'received' && calls.has(event.kind)) {
      found.push({ invocation: event, invoked: null, facts: [], completed: null, completion: null });
    } else if (event.layer === 'signalR' && event.direction === 'sent' && event.kind === 'completion') {
      const call = found.findLast((one) => one.completion === null && one.invocation.detail.invocationId !== null && one.invocation.detail.invocationId === event.detail.invocationId);
      if (call) call.completion = event;
    } else if (event.layer === 'hub' && event.kind === 'invoked') {
      const call = found.find((one) => one.invoked === null && isOf(one, event.detail.method));
      if (call) call.invoked = event;
    } else if (event.layer === 'hub' && (event.kind === 'completed' || event.kind === 'failed')) {
      const call = found.find((one) => one.invoked !== null && one.completed === null && (event.detail.call > 0 ? numberOf(one.invoked) === event.detail.call : isOf(one, event.detail.method)));
      if (call) call.completed = event;
    } else if (event.layer === 'application') {
      const running = found.filter((one) => one.invoked !== null && one.completion === null);
      const call = found.findLast((one) => carries(one, event)) ?? (running.length === 1 ? running[0] : undefined);
      call?.facts.push(event);
    }
  }
  return found;
}

/** @param {Call} call @param {LayerEvent} event */
export const takesPart = (call, event) =>
  [call.invocation, call.invoked, ...call.facts, call.completed, call.completion].some((one) => one?.sequence === event.sequence);

/** Values of a hub message or fact that are worth following through other connections: ids. @param {LayerEvent} event @returns {string[]} */
export function idsIn(event) {
  const { detail } = event;
  const text = event.layer === 'signalR' ? [...(detail.arguments ?? []), detail.result ?? '', detail.item ?? ''].join(' ')
    : event.layer === 'application' ? JSON.stringify(detail.fields ?? {}) : event.layer === 'webSocket' ? String(detail.text ?? '') : '';
  return [...new Set(text.match(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi) ?? [])];
}

/** The number of the journal's entry that an event was read from: the first part of its sequence. @param {LayerEvent} event */
const numberOf = (event) => Number.parseInt(event.sequence, 16);

/** @param {Call} call @param {string} method */
const isOf = (call, method) => String(call.invocation.detail.target).toLowerCase() === String(method).toLowerCase();

/** @param {Call} call @param {LayerEvent} fact */
function carries(call, fact) {
  const ids = idsIn(fact);
  return ids.length > 0 && idsIn(call.invocation).some((id) => ids.includes(id));
}
