import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fieldsOf, headerOf, rowsOf } from '../../../wwwroot/inspector/xray/bits.js';
import { callsOf } from '../../../wwwroot/inspector/xray/call.js';
import { nest } from '../../../wwwroot/inspector/xray/nesting.js';
import { printable } from '../../../wwwroot/inspector/printable.js';
import { parseRoute, toWay, toXray } from '../../../wwwroot/inspector/routes.js';

/** @typedef {import('../../../wwwroot/inspector/types.js').LayerEvent} LayerEvent */

/** @param {Partial<LayerEvent>} given @returns {any} */
const event = (given) => ({ sequence: '', connection: 'c', at: '2026-01-01T00:00:00Z', layer: 'tcp', direction: 'received', kind: '', summary: '', tap: 'plain', bytes: null, detail: {}, ...given });

test('the bits of a header are those of its bytes, whatever they are', () => {
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 0x7fffffff);
  for (let i = 0; i < 10_000; i++) {
    const bytes = Uint8Array.from({ length: 14 }, () => random() & 0xff);
    // Lengths that a number holds exactly.
    bytes[2] = 0;
    bytes[3] = 0;
    const header = headerOf(bytes);
    assert.ok(header);
    const bits = fieldsOf(header).map((field) => field.bits).join('');
    const expected = [...bytes.subarray(0, header.headerLength)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    assert.equal(bits, expected);
    for (const width of [16, 32]) assert.equal(rowsOf(fieldsOf(header), width).flat().map((segment) => segment.bits).join(''), bits);
  }
});

test('hub messages nest in a message and its frames, and a ping between them does not', () => {
  const header = { headerLength: 6, masked: true };
  const events = [
    event({ sequence: '1-a', layer: 'webSocket', kind: 'frame', bytes: { start: 0, end: 10 }, detail: { header } }),
    event({ sequence: '1-b', layer: 'webSocket', kind: 'ping', bytes: { start: 10, end: 16 }, detail: { header } }),
    event({ sequence: '1-c', layer: 'webSocket', kind: 'frame', bytes: { start: 16, end: 30 }, detail: { header } }),
    event({ sequence: '1-d', layer: 'webSocket', kind: 'message', bytes: { start: 0, end: 30 } }),
    event({ sequence: '1-e', layer: 'signalR', kind: 'invocation', bytes: { start: 6, end: 30 } }),
    event({ sequence: '2-a', layer: 'webSocket', kind: 'frame', bytes: { start: 30, end: 40 }, detail: { header } }),
  ];
  const found = nest(events, events[4]);
  assert.deepEqual(found.frames.map((frame) => frame.sequence), ['1-a', '1-c']);
  assert.deepEqual(found.others.map((other) => other.kind), ['ping']);
  assert.deepEqual(found.range, { start: 0, end: 30 });
  assert.deepEqual(nest(events, events[1]).frames.map((frame) => frame.kind), ['ping']);
});

test('calls of one method that overlap keep their own answers', () => {
  const call = (/** @type {string} */ id) => event({ sequence: id, layer: 'signalR', kind: 'invocation', detail: { target: 'Post', invocationId: id, arguments: [] } });
  const answer = (/** @type {string} */ id) => event({ sequence: `a${id}`, layer: 'signalR', direction: 'sent', kind: 'completion', detail: { invocationId: id } });
  const invoked = (/** @type {string} */ sequence) => event({ sequence, layer: 'hub', direction: 'local', kind: 'invoked', tap: null, detail: { method: 'Post' } });
  const calls = callsOf([call('1'), invoked('i1'), call('2'), invoked('i2'), answer('2'), answer('1')]);
  assert.deepEqual(calls.map((one) => [one.invoked?.sequence, one.completion?.sequence]), [['i1', 'a1'], ['i2', 'a2']]);
});

test('calls of one method that overlap end each where it was invoked, whichever is the first to end', () => {
  const call = (/** @type {string} */ id) => event({ sequence: `${id}-0`, layer: 'signalR', kind: 'invocation', detail: { target: 'Post', invocationId: id, arguments: [] } });
  const invoked = (/** @type {string} */ sequence) => event({ sequence, layer: 'hub', direction: 'local', kind: 'invoked', tap: null, detail: { method: 'Post' } });
  const ended = (/** @type {string} */ kind, /** @type {number} */ number) => event({ sequence: `ff${number}-0`, layer: 'hub', direction: 'local', kind, tap: null, detail: { method: 'Post', call: number } });
  const calls = callsOf([call('1'), invoked('00000000000a-000000000000-5000'), call('2'), invoked('00000000000b-000000000000-5000'), ended('completed', 11), ended('failed', 10)]);
  assert.deepEqual(calls.map((one) => [one.invocation.detail.invocationId, one.completed?.detail.call]), [['1', 10], ['2', 11]]);
});

test('what can not be seen is shown as in the log, and what a script or an emoji is spelled with is left', () => {
  const table = JSON.parse(readFileSync(new URL('../../Layers/Events/printable.json', import.meta.url), 'utf8'));
  for (const { what, text, shown } of table) assert.equal(printable(text), shown ?? text, what);
});

test('what can not be seen is shown, and what is broken stays an address', () => {
  assert.equal(printable('a\u202eb\u001b[31m\ud800'), 'a\\u202Eb\\u001B[31m\\uD800');
  assert.deepEqual(parseRoute(toWay('100 % <b>&?')), { view: 'way', text: '100 % <b>&?' });
  assert.deepEqual(parseRoute(toXray('A/B', '1-2')), { view: 'xray', id: 'A/B', sequence: '1-2' });
  assert.equal(parseRoute('#connection/%E0%A4%A').view, 'connection');
  assert.equal(parseRoute('').view, 'connections');
});
