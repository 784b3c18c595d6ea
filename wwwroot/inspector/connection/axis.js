/** @typedef {[number, string][]} Units how many of the figure make one, and its sign; the smallest first */

/** Steps between the marks of an axis that people can count in. */
export const steps = Array.from({ length: 14 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();

/** @type {Units} */
export const byteUnits = [[1, 'B'], [1e3, 'KB'], [1e6, 'MB'], [1e9, 'GB']];
/** @type {Units} */
export const timeUnits = [[1, 'µs'], [1e3, 'ms'], [1e6, 's']];

/**
 * What the marks of an axis say: all in one unit, and with as many decimals as tell them apart.
 * @param {number[]} marks evenly spaced, ascending @param {Units} units
 */
export function labels(marks, units) {
  const [factor, sign] = units.findLast(([least]) => (marks.at(-1) ?? 0) >= least) ?? units[0] ?? [1, ''];
  const step = ((marks[1] ?? 0) - (marks[0] ?? 0)) / factor;
  const decimals = step > 0 ? Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) : 0;
  return marks.map((mark) => `${mark === 0 ? '0' : (mark / factor).toFixed(decimals)}${sign === '' ? '' : ` ${sign}`}`);
}
