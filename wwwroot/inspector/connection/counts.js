import { many, number } from '../format.js';

/**
 * How many events are shown, of how many this page was told, in words. What is not shown is hidden by the filter, came behind a pause, or left the page: each is said by its own number.
 * @param {{ shown: number, told: number, isPaused: boolean, newer: number, forgotten: number, most: number, evictedBytes: number, isReading: boolean }} counts
 */
export function countsInWords({ shown, told, isPaused, newer, forgotten, most, evictedBytes, isReading }) {
  return [
    `${shown === told ? '' : `${number(shown)} of `}${many(told, 'event')}${isReading ? ', reading …' : ''}`,
    isPaused ? `paused${newer > 0 ? `, ${number(newer)} came since` : ''}` : '',
    forgotten > 0 ? `the oldest ${number(forgotten)} left this page (it keeps ${number(most)}); exports have what the server keeps` : '',
    evictedBytes > 0 ? `${number(evictedBytes)} B were evicted before they could be read` : '',
  ].filter(Boolean).join(' · ');
}
