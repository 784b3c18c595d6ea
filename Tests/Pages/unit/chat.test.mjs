// The chat page's own modules, without a browser. Run by `npm test`, and by the .NET tests.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backoff, longestWait, shortestWait } from '../../../wwwroot/chat/backoff.js';
import { layOut } from '../../../wwwroot/chat/grouping.js';
import { findLinks } from '../../../wwwroot/chat/links.js';
import { MessageWindow, windowSize } from '../../../wwwroot/chat/message-window.js';
import { Outbox, mostPending } from '../../../wwwroot/chat/outbox.js';
import { isRoomName, nameTrouble, normalise, textTrouble } from '../../../wwwroot/chat/text-rules.js';
import { dayName } from '../../../wwwroot/chat/times.js';
import { uuidv7 } from '../../../wwwroot/shared/uuid.js';

const message = (number, author = 'ada', postedAt = '2026-01-02T12:00:00Z') => ({ room: 'lobby', number, id: `id-${number}`, author, text: `text ${number}`, postedAt });
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => message(from + i));

describe('links', () => {
  it('opens what is shown, and nothing but http and https', () => {
    assert.deepEqual(findLinks('see https://example.org/a?b=c, or not'), [
      { text: 'see ', href: null }, { text: 'https://example.org/a?b=c', href: 'https://example.org/a?b=c' }, { text: ', or not', href: null }]);
    for (const text of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'https://bank.example@evil.example/', 'https://'])
      assert.ok(findLinks(text).every(piece => piece.href === null), text);
  });

  it('keeps a bracket that was opened in the address, and not one that was opened before it', () => {
    assert.equal(findLinks('https://en.wikipedia.org/wiki/Socket_(x)')[0].text, 'https://en.wikipedia.org/wiki/Socket_(x)');
    assert.equal(findLinks('(https://example.org/)')[1].text, 'https://example.org/');
  });

  it('ends at what can not be seen, and gives the text back whole', () => {
    for (const text of ['https://example.org/\u202egro.elpmaxe', 'a https://x.org b https://y.org.', '', '<a href="https://x.org">', 'https://x.org/\u0000y'])
      assert.equal(findLinks(text).map(piece => piece.text).join(''), text);
    assert.equal(findLinks('https://example.org/\u202egro')[0].text, 'https://example.org/');
  });
});

describe('backoff', () => {
  it('grows, with jitter, between its limits', () => {
    for (let attempt = 0; attempt < 50; attempt++) {
      for (const random of [0, 0.3, 0.999999]) {
        const wait = backoff(attempt, random);
        assert.ok(wait >= shortestWait && wait <= longestWait);
      }
    }
    assert.equal(backoff(2, 0.5), 2000);
    assert.equal(backoff(40, 1), longestWait);
  });
});

describe('the window of a room', () => {
  it('notices a gap, and is whole again when what was missed was read', () => {
    const window = new MessageWindow();
    window.reset(range(1, 3), 3);
    assert.equal(window.receive(message(4)), 'appended');
    assert.equal(window.receive(message(4)), 'known');
    assert.equal(window.receive(message(7)), 'gap');
    assert.equal(window.receive(message(8)), 'gap', 'until the gap is filled nothing behind it is shown');
    window.addNewer(range(5, 8));
    assert.deepEqual(window.messages.map(each => each.number), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert.ok(window.isAtEnd);
  });

  it('never holds a hole, whatever it is given', () => {
    const window = new MessageWindow();
    window.reset(range(10, 12), 20);
    window.addNewer([message(13), message(15)]);
    assert.equal(window.last, 13);
    window.addOlder([message(8), message(9), message(10)]);
    assert.equal(window.first, 8);
    assert.ok(window.hasOlder);
  });

  it('holds so many, and forgets at the far end', () => {
    const window = new MessageWindow();
    window.reset(range(1001, 1000 + windowSize), 1000 + windowSize);
    window.receive(message(1001 + windowSize));
    assert.equal(window.messages.length, windowSize);
    assert.equal(window.first, 1002);
    window.addOlder(range(902, 1001));
    assert.equal(window.first, 902);
    assert.equal(window.messages.length, windowSize);
    assert.ok(!window.isAtEnd);
    assert.equal(window.receive(message(1002 + windowSize)), 'gap');
  });
});

describe('the outbox', () => {
  const post = (id, room = 'lobby') => ({ room, id, text: `text ${id}`, madeAt: '2026-01-02T12:00:00Z' });

  it('sends one after the other in a room, and rooms beside each other', () => {
    const outbox = new Outbox(null, () => {});
    outbox.add(post('1'));
    outbox.add(post('2'));
    outbox.add(post('3', 'side'));
    assert.equal(outbox.next('lobby').id, '1');
    outbox.update('1', { state: 'sending' });
    assert.equal(outbox.next('lobby'), undefined);
    assert.equal(outbox.next('side').id, '3');
    outbox.interrupt();
    assert.equal(outbox.next('lobby').id, '1', 'the same id goes out again');
    outbox.update('1', { state: 'failed' });
    assert.equal(outbox.next('lobby').id, '2', 'a failed one does not hold up the others');
  });

  it('survives a reload of the page, and what somebody else wrote there', () => {
    let saved = null;
    const outbox = new Outbox(null, json => { saved = json; });
    outbox.add(post('1'));
    outbox.update('1', { state: 'sending' });
    assert.equal(new Outbox(saved, () => {}).next('lobby').id, '1');
    outbox.remove('1');
    assert.equal(saved, null);
    for (const broken of ['', '{', 'null', '[1, null, {}, {"room":1}]', '{"a":1}']) assert.deepEqual(new Outbox(broken, () => {}).posts, []);
    assert.equal(new Outbox(JSON.stringify(Array.from({ length: 500 }, (_, i) => ({ ...post(`${i}`), trouble: '' }))), () => {}).posts.length, mostPending);
  });
});

describe('grouping', () => {
  const view = { me: 'ada', newAfter: null, isStart: true };
  const kinds = rows => rows.map(row => row.kind + ('leads' in row && row.leads ? '!' : ''));

  it('puts what one author said in a row together, and parts days, authors and pauses', () => {
    const rows = layOut([
      message(1, 'ada', '2026-01-02T12:00:00Z'), message(2, 'ada', '2026-01-02T12:01:00Z'), message(3, 'bob', '2026-01-02T12:02:00Z'),
      message(4, 'bob', '2026-01-02T12:30:00Z'), message(5, 'bob', '2026-01-04T12:30:00Z')], [], view);
    assert.deepEqual(kinds(rows), ['start', 'day', 'message!', 'message', 'message!', 'message!', 'day', 'message!']);
  });

  it('shows where the unread ones begin, and own posts that wait at the end', () => {
    const pending = [{ room: 'lobby', id: 'p', text: 'x', madeAt: '2026-01-02T12:00:30Z', state: 'waiting', trouble: '', tries: 0 }];
    assert.deepEqual(kinds(layOut([message(1), message(2)], pending, { ...view, newAfter: 1 })), ['start', 'day', 'message!', 'new', 'message!', 'pending']);
  });
});

describe('the rules of texts and names', () => {
  it('are those of the contract', () => {
    assert.equal(textTrouble('hello\n\tworld 👋'), null);
    assert.equal(textTrouble('x'.repeat(2000)), null);
    for (const bad of ['', '  \n', '\u200b', 'x'.repeat(2001), 'a\u0007b', 'a\u009bb']) assert.notEqual(textTrouble(bad), null, JSON.stringify(bad));
    assert.equal(normalise('a\r\nb\rc'), 'a\nb\nc');
    assert.ok(isRoomName('room-1') && !isRoomName('Room') && !isRoomName('') && !isRoomName('x'.repeat(33)));
    assert.equal(nameTrouble('ada_1-é'), null);
    for (const bad of ['', 'a b', 'x'.repeat(25), '<b>']) assert.notEqual(nameTrouble(bad), null);
  });
});

describe('days and ids', () => {
  it('today and yesterday are named', () => {
    const now = new Date(2026, 0, 2, 12).getTime();
    assert.equal(dayName(new Date(2026, 0, 2, 1).toISOString(), now), 'Today');
    assert.equal(dayName(new Date(2026, 0, 1, 23).toISOString(), now), 'Yesterday');
    assert.match(dayName(new Date(2025, 11, 24).toISOString(), now), /2025/);
  });

  it('ids are UUIDs of version 7 that sort by their time (RFC 9562)', () => {
    const id = uuidv7(0x0123456789ab, new Uint8Array(16).fill(0xff));
    assert.equal(id, '01234567-89ab-7fff-bfff-ffffffffffff');
    assert.ok(uuidv7(1000) < uuidv7(2000));
  });
});
