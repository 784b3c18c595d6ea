import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closedBy } from '../../../wwwroot/inspector/connection/closed.js';

test('a stack that its own closed event ended says of what the layers were that it is of before', () => {
  /** @type {any} */
  const connection = { state: 'open', counters: {}, layers: [
    { layer: 'tcp', state: 'open', summary: 'a to b' }, { layer: 'tls', state: 'absent', summary: 'not encrypted' },
    { layer: 'webSocket', state: 'open', summary: 'open' }, { layer: 'signalR', state: 'opening', summary: 'asked for json, no answer yet' },
  ] };
  /** @type {any} */
  const closed = { at: '2026-01-02T12:00:00Z', detail: { close: { cause: 'server_stopping' }, counters: {} } };
  assert.deepEqual(closedBy(connection, closed).layers?.map((layer) => `${layer.state}: ${layer.summary}`),
    ['closed: a to b', 'absent: not encrypted', 'closed: open when last read', 'closed: asked for json, no answer yet when last read']);
});
