import { milliseconds } from '../format.js';

/** @typedef {import('../types.js').LayerEvent} LayerEvent */
/** @typedef {{ event: LayerEvent, label: string, at: number, since: number }} Step a moment, with the milliseconds since the first one */

/**
 * The moments of a call, in order of time.
 * @param {import('./call.js').Call} call
 * @param {LayerEvent[]} elsewhere events of the same value on other connections, or later ones on this
 * @returns {Step[]}
 */
export function stepsOf(call, elsewhere) {
  /** @type {[LayerEvent | null, string][]} */
  const moments = [
    [call.invocation, 'Its last byte came from the socket'],
    [call.invoked, `The hub’s ${call.invocation.detail.target} begins`],
    ...call.facts.map((fact) => /** @type {[LayerEvent, string]} */ ([fact, `${fact.kind}: ${fact.summary}`])),
    [call.completed, call.completed?.kind === 'failed' ? 'The hub’s method threw' : 'The hub’s method returned'],
    [call.completion, 'The completion was written to the socket'],
  ];
  const sent = elsewhere.filter((event) => event.layer === 'signalR' && event.direction === 'sent' && event.kind === 'invocation');
  const [first] = sent;
  const last = sent.at(-1);
  if (first) moments.push([first, sent.length === 1 ? `Sent on to ${first.user ?? 'a client'}` : `Sent on to the first of ${sent.length} connections`]);
  if (last && sent.length > 1) moments.push([last, `Sent on to the last of ${sent.length} connections`]);
  const known = moments.flatMap(([event, label]) => (event ? [{ event, label, at: milliseconds(event.at) }] : []));
  const begin = Math.min(...known.map((moment) => moment.at));
  return known.sort((a, b) => a.at - b.at).map((moment) => ({ ...moment, since: moment.at - begin }));
}
