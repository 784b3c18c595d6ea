/** Milliseconds that a wait never goes below or above. */
export const shortestWait = 250;
export const longestWait = 30_000;

/**
 * How long to wait before the next try: exponential with full jitter, so that a thousand clients don't come back at once.
 * @param {number} attempt 0 for the first wait
 * @param {number} random 0 to 1
 */
export function backoff(attempt, random) {
  const ceiling = Math.min(longestWait, 1000 * 2 ** Math.min(attempt, 10));
  return Math.max(shortestWait, Math.round(random * ceiling));
}
