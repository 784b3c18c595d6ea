/** @typedef {import('../types.js').LayerEvent} LayerEvent */
/** @typedef {import('../types.js').ByteRange} ByteRange */
/** @typedef {LayerEvent & { bytes: ByteRange }} ByteEvent */
/**
 * @typedef {object} Nest the events of all layers that share the bytes of one
 * @property {ByteEvent} anchor the event that it was made for, or the one that brings its bytes
 * @property {ByteRange} range what is shown: the whole message, frames or head
 * @property {ByteRange} run the bytes decoded from the same chunk
 * @property {ByteEvent[]} hubMessages
 * @property {ByteEvent | null} message
 * @property {ByteEvent[]} frames
 * @property {ByteEvent[]} others HTTP heads, TLS records, and control frames between the frames of the message
 */

const frameKinds = new Set(['frame', 'ping', 'pong', 'close']);

/** @param {LayerEvent} event @returns {event is ByteEvent} */
export const hasBytes = (event) => event.bytes !== null && event.tap !== null;

/** @param {LayerEvent} event */
export const isFrame = (event) => event.layer === 'webSocket' && frameKinds.has(event.kind) && event.detail?.header !== undefined;

/** @param {ByteRange} a @param {ByteRange} b */
const overlap = (a, b) => a.start < b.end && b.start < a.end;

/** @param {ByteRange[]} ranges @returns {ByteRange} */
const union = (ranges) => ({ start: Math.min(...ranges.map((range) => range.start)), end: Math.max(...ranges.map((range) => range.end)) });

/** The number of an event's chunk. @param {LayerEvent} event */
export const chunkOf = (event) => event.sequence.slice(0, 12);

/**
 * Finds what lies around and inside an event's bytes: layers nest by interval.
 * @param {LayerEvent[]} events of the same connection
 * @param {ByteEvent} anchor
 * @returns {Nest}
 */
export function nest(events, anchor) {
  const near = /** @type {ByteEvent[]} */ (events.filter((event) => hasBytes(event) && event.tap === anchor.tap && event.direction === anchor.direction));
  const touching = near.filter((event) => overlap(event.bytes, anchor.bytes));
  const isControl = isFrame(anchor) && anchor.kind !== 'frame';
  // A ping between the frames of a message is not part of the message.
  const message = isControl ? null : (touching.find((event) => event.layer === 'webSocket' && event.kind === 'message') ?? null);
  const within = (message ?? anchor).bytes;
  const frames = isControl ? [anchor] : near.filter((event) => isFrame(event) && overlap(event.bytes, within) && (message === null || event.kind === 'frame'));
  const hubMessages = isControl ? [] : near.filter((event) => event.layer === 'signalR' && overlap(event.bytes, within));
  const others = touching.filter((event) => event.layer === 'http' || event.layer === 'tls' || (message !== null && isFrame(event) && event.kind !== 'frame'));
  const range = union([anchor, ...frames, ...(message ? [message] : []), ...others].map((event) => event.bytes));
  const run = union(near.filter((event) => chunkOf(event) === chunkOf(anchor)).map((event) => event.bytes).concat(anchor.bytes));
  return { anchor, range, run, hubMessages, message, frames, others };
}
