import { age, duration, fullTime, milliseconds, moment, number, rtt, size } from '../format.js';
import { printable } from '../printable.js';

/** @typedef {import('../types.js').Connection} Connection */
/**
 * @typedef {object} Column
 * @property {string} key
 * @property {string} title
 * @property {string} [hint] what the figure is
 * @property {boolean} [isNumber]
 * @property {(connection: Connection, now: number) => string | number | null} order null: not known, or nothing
 * @property {(connection: Connection, now: number) => string} text
 * @property {(connection: Connection) => string} [more] what there is no room for
 */

const stateOrder = { open: 0, refused: 1, closed: 2 };

/** @param {Connection} connection @param {number} now */
export const ageOf = (connection, now) => (connection.closedAt ? milliseconds(connection.closedAt) : now) - milliseconds(connection.openedAt);

/** The age of what lives in whole seconds; of what was over soon, as exact as it was. @param {Connection} connection @param {number} now */
export function lifetime(connection, now) {
  const lasted = ageOf(connection, now);
  return connection.closedAt && lasted < 10_000 ? duration(lasted) : age(lasted);
}

/** When it was opened and closed, in full. @param {Connection} connection */
export const timesOf = ({ openedAt, closedAt }) => `Opened ${fullTime(openedAt)}${closedAt ? `, closed ${fullTime(closedAt)}` : ''}`;

/** A line can break between the ways, and in neither of them. @param {number} received @param {number} sent @param {(value: number) => string} show */
const bothWays = (received, sent, show) => `${whole(`← ${show(received)}`)}  ${whole(`→ ${show(sent)}`)}`;

/** @param {string} text */
const whole = (text) => text.replaceAll(' ', '\u00a0');

/** @param {Connection} connection */
const userOf = ({ user }) => (user === null ? 'nobody' : printable(user));

/** @param {Connection} connection */
const pathOf = ({ path }) => printable(path ?? '–');

/** What the table shows of a connection. @type {Column[]} */
export const columns = [
  { key: 'user', title: 'User', order: (c) => c.user, text: userOf, more: userOf },
  { key: 'state', title: 'State', order: (c) => stateOrder[c.state], text: (c) => c.state },
  { key: 'path', title: 'Path', order: (c) => c.path, text: pathOf, more: pathOf },
  { key: 'opened', title: 'Opened', hint: 'By this browser’s clock and zone', isNumber: true, order: (c) => milliseconds(c.openedAt), text: (c, now) => moment(c.openedAt, now), more: (c) => timesOf(c) },
  { key: 'age', title: 'Age', hint: 'From opening to now; of one that is over, how long it lasted', isNumber: true, order: ageOf, text: (c, now) => `${c.closedAt ? 'lasted ' : ''}${lifetime(c, now)}`, more: (c) => timesOf(c) },
  { key: 'rtt', title: 'RTT', hint: 'The kernel’s smoothed round-trip time', isNumber: true, order: (c) => c.tcpInfo?.rttMicroseconds ?? null, text: (c) => (c.tcpInfo ? rtt(c.tcpInfo.rttMicroseconds) : '–') },
  { key: 'bytes', title: 'Bytes', hint: '← received, → sent by the server', isNumber: true, order: (c) => c.counters.bytesReceived + c.counters.bytesSent, text: (c) => bothWays(c.counters.bytesReceived, c.counters.bytesSent, size) },
  { key: 'frames', title: 'Frames', isNumber: true, order: (c) => c.counters.framesReceived + c.counters.framesSent, text: (c) => bothWays(c.counters.framesReceived, c.counters.framesSent, number) },
  { key: 'messages', title: 'Hub messages', isNumber: true, order: (c) => c.counters.hubMessagesReceived + c.counters.hubMessagesSent, text: (c) => bothWays(c.counters.hubMessagesReceived, c.counters.hubMessagesSent, number) },
  { key: 'backlog', title: 'Backlog', hint: 'Bytes written that the socket has not taken yet', isNumber: true, order: (c) => (c.state === 'open' ? c.counters.backlogBytes : null), text: (c) => (c.state === 'open' ? size(c.counters.backlogBytes) : '–') },
  { key: 'cause', title: 'Close cause', order: (c) => c.close?.cause ?? null, text: (c) => (c.close ? printable(c.close.cause) : ''), more: (c) => printable(c.close?.sentence ?? '') },
];

/**
 * Connections in the order of a column; without one those that are open, then the newest. What is not known comes last, whichever way it is sorted.
 * @param {Connection[]} connections @param {string} key @param {boolean} down the largest first @param {number} now
 */
export function sorted(connections, key, down, now) {
  const order = columns.find((column) => column.key === key)?.order ?? ((/** @type {Connection} */ connection) => (connection.state === 'open' ? 0 : 1));
  return [...connections].sort((a, b) => {
    const [x, y] = [order(a, now), order(b, now)];
    if (x === null || y === null) return Number(x === null) - Number(y === null) || newest(a, b);
    return (down ? -1 : 1) * compare(x, y) || newest(a, b);
  });
}

/** @param {Connection} a @param {Connection} b */
const newest = (a, b) => milliseconds(b.openedAt) - milliseconds(a.openedAt);

/** @param {string | number} a @param {string | number} b */
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
