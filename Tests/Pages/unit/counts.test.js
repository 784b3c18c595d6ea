import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countsInWords } from '../../../wwwroot/inspector/connection/counts.js';

/** @param {object} given */
const words = (given) => countsInWords({ shown: 200, told: 200, isPaused: false, newer: 0, forgotten: 0, most: 50_000, evictedBytes: 0, isReading: false, ...given });

test('counts say what is shown of what there is, and each reason why something is not by its own number', () => {
  assert.equal(words({}), '200 events');
  assert.equal(words({ isReading: true }), '200 events, reading …');
  assert.equal(words({ shown: 12 }), '12 of 200 events');
  assert.equal(words({ isPaused: true }), '200 events · paused');
  assert.equal(words({ told: 230, isPaused: true, newer: 30 }), '200 of 230 events · paused, 30 came since');
  assert.equal(words({ shown: 12, told: 230, isPaused: true, newer: 30 }), '12 of 230 events · paused, 30 came since');
  assert.equal(words({ shown: 50_000, told: 61_000, forgotten: 11_000 }), '50,000 of 61,000 events · the oldest 11,000 left this page (it keeps 50,000); exports have what the server keeps');
  assert.equal(words({ shown: 0, told: 1, evictedBytes: 1024 }), '0 of 1 event · 1,024 B were evicted before they could be read');
});
