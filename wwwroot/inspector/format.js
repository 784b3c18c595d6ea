const count = new Intl.NumberFormat('en');

/** @param {number} value */
export const number = (value) => count.format(value);

/** Bytes as people read them: exact below 10 KB, then in the unit that needs no more than three digits before the point. @param {number} bytes */
export function size(bytes) {
  if (bytes < 10_000) return `${count.format(bytes)} B`;
  if (bytes < 999_500) return `${(bytes / 1e3).toFixed(bytes < 99_950 ? 1 : 0)} KB`;
  if (bytes < 999_500_000) return `${(bytes / 1e6).toFixed(bytes < 99_950_000 ? 1 : 0)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** @param {number} microseconds */
export const rtt = (microseconds) => duration(microseconds / 1000);

/** A short time, in the unit that suits it. @param {number} milliseconds */
export function duration(milliseconds) {
  const size = Math.abs(milliseconds);
  if (size < 0.0005) return '0 µs';
  if (size < 1) return `${Math.round(milliseconds * 1000)} µs`;
  if (size < 10) return `${milliseconds.toFixed(2)} ms`;
  if (size < 1000) return `${milliseconds.toFixed(0)} ms`;
  if (size < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return age(milliseconds);
}

/** @param {number} milliseconds */
export function age(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/**
 * Milliseconds since 1970, with the fractions that Date leaves out: the recorder's times have seven digits.
 * @param {string} at ISO 8601, UTC
 */
export function milliseconds(at) {
  const point = at.indexOf('.');
  if (point < 0) return Date.parse(at);
  return Date.parse(`${at.slice(0, point)}Z`) + Number(`0.${at.slice(point + 1).replace(/\D/g, '')}`) * 1000;
}

/**
 * Milliseconds from one time to another, exact to the recorder's 100 ns: the number of milliseconds since 1970 has no room for them.
 * @param {string} from ISO 8601, UTC @param {string} to
 */
export function between(from, to) {
  const [begin, end] = [ticks(from), ticks(to)];
  return ((end.whole - begin.whole) * 10_000 + end.ticks - begin.ticks) / 10_000;
}

/** The whole second in milliseconds, and the rest in 100 ns. @param {string} at */
function ticks(at) {
  const [whole = '', rest = ''] = at.replace(/Z$/, '').split('.');
  return { whole: Date.parse(`${whole}Z`), ticks: Number(rest.padEnd(7, '0').slice(0, 7)) };
}

/** A time to the 100 ns that the recorder counts in. @param {number} milliseconds */
export function exactDuration(milliseconds) {
  if (milliseconds < 1) return `${(milliseconds * 1000).toFixed(1)} µs`;
  return milliseconds < 1000 ? `${milliseconds.toFixed(4)} ms` : `${(milliseconds / 1000).toFixed(7)} s`;
}

/** The time of day in the viewer's zone, to the millisecond. @param {string} at */
export function clock(at) {
  const date = new Date(at);
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

/** The time of day, with the day where that is another one. @param {string} at @param {number} now */
export function moment(at, now) {
  const date = new Date(at);
  const time = clock(at).slice(0, 8);
  return date.toDateString() === new Date(now).toDateString() ? time : `${day.format(date)}, ${time}`;
}

/** @param {string} at */
export const fullTime = (at) => full.format(new Date(at));

/** A .NET TimeSpan such as 00:00:00.0082929, in milliseconds. @param {unknown} text */
export function timeSpan(text) {
  const parts = /^(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(String(text));
  return parts ? ((Number(parts[1] ?? 0) * 24 + Number(parts[2])) * 60 + Number(parts[3])) * 60_000 + Number(parts[4]) * 1000 : null;
}

/** @param {number} value @param {string} word @param {string} [plural] */
export const many = (value, word, plural = `${word}s`) => `${count.format(value)} ${value === 1 ? word : plural}`;

/** @type {Record<string, string>} */
export const arrows = { received: '←', sent: '→', local: '·' };

/** @type {Record<string, string>} */
export const directions = { received: 'received by the server', sent: 'sent by the server', local: 'a fact of the server, without bytes' };
