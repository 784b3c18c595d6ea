import { age, duration, milliseconds, number, rtt, size } from '../format.js';
import { printable } from '../printable.js';

/** @typedef {import('../types.js').Connection} Connection */
/**
 * @typedef {object} Column
 * @property {string} key
 * @property {string} title
 * @property {string} [hint] what the figure is
 * @property {boolean} [isNumber]
 * @property {(connection: Connection, now: number) => string | number} order
 * @property {(connection: Connection, now: number) => string} text
 */

const stateOrder = { open: 0, refused: 1, closed: 2 };

/** @param {Connection} connection @param {number} now */
export const ageOf = (connection, now) => (connection.closedAt ? milliseconds(connection.closedAt) : now) - milliseconds(connection.openedAt);

/** The age of what lives in whole seconds; of what was over soon, as exact as it was. @param {Connection} connection @param {number} now */
export function lifetime(connection, now) {
  const lasted = ageOf(connection, now);
  return connection.closedAt && lasted < 10_000 ? duration(lasted) : age(lasted);
}

/** @param {number} received @param {number} sent @param {(value: number) => string} show */
const bothWays = (received, sent, show) => `← ${show(received)}  → ${show(sent)}`;

/** What the table shows of a connection. @type {Column[]} */
export const columns = [
  { key: 'user', title: 'User', order: (c) => c.user ?? '\uffff', text: (c) => (c.user === null ? 'nobody' : printable(c.user)) },
  { key: 'state', title: 'State', order: (c) => stateOrder[c.state], text: (c) => c.state },
  { key: 'path', title: 'Path', order: (c) => c.path ?? '', text: (c) => printable(c.path ?? '–') },
  { key: 'age', title: 'Age', hint: 'From opening to now, or to the end', isNumber: true, order: ageOf, text: (c, now) => lifetime(c, now) },
  { key: 'rtt', title: 'RTT', hint: 'The kernel’s smoothed round-trip time', isNumber: true, order: (c) => c.tcpInfo?.rttMicroseconds ?? -1, text: (c) => (c.tcpInfo ? rtt(c.tcpInfo.rttMicroseconds) : '–') },
  { key: 'bytes', title: 'Bytes', hint: '← received, → sent by the server', isNumber: true, order: (c) => c.counters.bytesReceived + c.counters.bytesSent, text: (c) => bothWays(c.counters.bytesReceived, c.counters.bytesSent, size) },
  { key: 'frames', title: 'Frames', isNumber: true, order: (c) => c.counters.framesReceived + c.counters.framesSent, text: (c) => bothWays(c.counters.framesReceived, c.counters.framesSent, number) },
  { key: 'messages', title: 'Hub messages', isNumber: true, order: (c) => c.counters.hubMessagesReceived + c.counters.hubMessagesSent, text: (c) => bothWays(c.counters.hubMessagesReceived, c.counters.hubMessagesSent, number) },
  { key: 'backlog', title: 'Backlog', hint: 'Bytes written that the socket has not taken yet', isNumber: true, order: (c) => c.counters.backlogBytes, text: (c) => (c.state === 'open' ? size(c.counters.backlogBytes) : '–') },
  { key: 'cause', title: 'Close cause', order: (c) => c.close?.cause ?? '', text: (c) => (c.close ? printable(c.close.cause) : '') },
];
