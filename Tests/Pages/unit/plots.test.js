import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byteUnits, labels, steps, timeUnits } from '../../../wwwroot/inspector/connection/axis.js';
import { Samples, mostConnections, mostSamples, samplesOf } from '../../../wwwroot/inspector/connection/samples.js';

/** @param {number} bytesReceived @param {'open' | 'closed'} [state] @returns {any} */
const connection = (bytesReceived, state = 'open') => ({ state, tcpInfo: { rttMicroseconds: 50 }, counters: { bytesReceived, bytesSent: 0, hubMessagesReceived: 0, hubMessagesSent: 0 } });

test('a rate is what came between two looks, and where nobody looked the line breaks', () => {
  const samples = new Samples();
  samples.add(connection(100), 1000);
  samples.add(connection(300), 1001);
  assert.deepEqual(samples.all.map((sample) => sample.received), [null, 200]);
  samples.add(connection(9000), 1060);
  samples.add(connection(9010), 1061);
  assert.deepEqual(samples.all.map((sample) => sample.received), [null, 200, null, null, 10]);
  assert.deepEqual(samples.all.map((sample) => sample.rtt), [50, 50, null, 50, 50]);
});

test('of a connection that is over the last figures are taken, and no more', () => {
  const samples = new Samples();
  samples.add(connection(100), 1000);
  samples.add(connection(130, 'closed'), 1001);
  samples.add(connection(130, 'closed'), 1002);
  assert.equal(samples.all.length, 2);
  const never = new Samples();
  never.add(connection(100, 'closed'), 1000);
  assert.deepEqual(never.all, []);
});

test('samples outlive the view, and both they and their connections are bounded', () => {
  const samples = samplesOf('first');
  for (let second = 0; second < 2 * mostSamples; second++) samples.add(connection(second), second);
  assert.equal(samples.all.length, mostSamples);
  samples.add(connection(0), 100_000);
  assert.ok(samples.all.length <= 2, 'what is older than the plot is long goes too');
  for (let i = 1; i < mostConnections; i++) samplesOf(`another-${i}`);
  assert.equal(samplesOf('first'), samples);
  for (let i = 0; i < mostConnections; i++) samplesOf(`more-${i}`);
  assert.notEqual(samplesOf('first'), samples);
});

test('the marks of an axis are told apart, in one unit', () => {
  assert.deepEqual(labels([0, 5, 10], byteUnits), ['0 B', '5 B', '10 B']);
  assert.deepEqual(labels([0, 500, 1000], byteUnits), ['0 KB', '0.5 KB', '1.0 KB']);
  assert.deepEqual(labels([0, 20_000, 40_000], timeUnits), ['0 ms', '20 ms', '40 ms']);
  assert.deepEqual(labels([0, 1, 2], [[1, '']]), ['0', '1', '2']);
  assert.deepEqual(labels([], byteUnits), []);
  for (const step of steps) {
    const marks = [0, step, 2 * step, 3 * step];
    for (const units of [byteUnits, timeUnits]) assert.equal(new Set(labels(marks, units)).size, 4, `${labels(marks, units)}`);
  }
});
