import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columns, sorted } from '../../../wwwroot/inspector/connections/columns.js';
import { filtered, nobody, valueOf } from '../../../wwwroot/inspector/connections/filters.js';
import { isFailure } from '../../../wwwroot/inspector/lore/causes.js';

const now = Date.parse('2026-01-02T12:00:00Z');

/** @param {string} id @param {object} [given] @returns {any} */
const connection = (id, given) => ({
  id, user: id, path: '/chat', state: 'open', openedAt: '2026-01-02T11:59:00Z', closedAt: null, close: null, tcpInfo: null,
  counters: { bytesReceived: 0, bytesSent: 0, framesReceived: 0, framesSent: 0, hubMessagesReceived: 0, hubMessagesSent: 0, backlogBytes: 0 }, ...given,
});

/** @param {any[]} connections @param {string} key @param {boolean} [down] */
const order = (connections, key, down = false) => sorted(connections, key, down, now).map((one) => one.id).join(' ');

test('what is not known comes last, whichever way connections are sorted', () => {
  const some = [connection('unknown'), connection('slow', { tcpInfo: { rttMicroseconds: 900 } }), connection('quick', { tcpInfo: { rttMicroseconds: 0 } })];
  assert.equal(order(some, 'rtt'), 'quick slow unknown');
  assert.equal(order(some, 'rtt', true), 'slow quick unknown');
  const named = [connection('n', { user: null }), connection('a'), connection('z')];
  assert.equal(order(named, 'user'), 'a z n');
  assert.equal(order(named, 'user', true), 'z a n');
  const ended = [connection('open'), connection('x', { state: 'closed', close: { cause: 'x' } }), connection('y', { state: 'closed', close: { cause: 'y' } })];
  assert.equal(order(ended, 'cause', true), 'y x open');
  assert.match(order(ended, 'backlog', true), /^open /);
});

test('times of different precision are sorted as times', () => {
  const some = [connection('later', { openedAt: '2026-01-02T11:00:00.51Z' }), connection('sooner', { openedAt: '2026-01-02T11:00:00.5Z' })];
  assert.equal(order(some, 'opened'), 'sooner later');
  assert.equal(order(some, ''), 'later sooner');
});

test('a row says when it was opened, and of one that is over how long it lasted', () => {
  const text = (/** @type {string} */ key, /** @type {any} */ one) => columns.find((column) => column.key === key)?.text(one, now);
  assert.equal(text('age', connection('a')), '1 min 0 s');
  assert.equal(text('age', connection('a', { state: 'closed', closedAt: '2026-01-02T11:59:30Z' })), 'lasted 30 s');
  assert.match(text('opened', connection('a')) ?? '', /^\d\d:59:00$/);
  assert.match(text('opened', connection('a', { openedAt: '2025-12-24T11:59:00Z' })) ?? '', /24.*, \d\d:59:00$/);
});

test('connections of nobody can be chosen, and are not those of a user called nobody', () => {
  const some = [connection('1', { user: null }), connection('2', { user: 'nobody' }), connection('3', { user: 'ada' })];
  assert.equal(valueOf(some[0], 'user'), nobody);
  assert.deepEqual(filtered(some, new URLSearchParams({ user: nobody })).map((one) => one.id), ['1']);
  assert.deepEqual(filtered(some, new URLSearchParams({ user: 'nobody' })).map((one) => one.id), ['2']);
});

test('a refusal is a failure and a goodbye is none', () => {
  assert.ok(isFailure('upgrade_refused') && isFailure('protocol_error'));
  assert.ok(!isFailure('client_closed') && !isFailure('a_strangers_cause'));
});
