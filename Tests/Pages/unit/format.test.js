import assert from 'node:assert/strict';
import { test } from 'node:test';
import { between, exactDuration, size } from '../../../wwwroot/inspector/format.js';

test('bytes are exact while few, and of many no more than three digits stand before the point', () => {
  const sizes = [0, 9_999, 10_000, 99_949, 99_950, 999_499, 999_500, 1_922_000, 99_949_999, 99_950_000, 999_499_999, 999_500_000, 1_500_000_000];
  assert.deepEqual(sizes.map(size), ['0 B', '9,999 B', '10.0 KB', '99.9 KB', '100 KB', '999 KB', '1.0 MB', '1.9 MB', '99.9 MB', '100 MB', '999 MB', '1.0 GB', '1.5 GB']);
});

test('the time between two moments is exact to 100 ns, across a second too', () => {
  assert.equal(between('2026-01-31T12:00:00.1234567Z', '2026-01-31T12:00:00.1234568Z'), 0.0001);
  assert.equal(between('2026-01-31T12:00:00.9999999Z', '2026-01-31T12:00:01Z'), 0.0001);
  assert.equal(between('2026-01-31T12:00:01Z', '2026-01-31T12:00:01.05Z'), 50);
  assert.deepEqual([0.0001, 0.5, 12.3456, 12, 1500.0001].map(exactDuration), ['0.1 µs', '500.0 µs', '12.3456 ms', '12.0000 ms', '1.5000001 s']);
});
