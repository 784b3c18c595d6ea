import { perFrame, reconcile } from '../shared/dom.js';
import { layOut } from './grouping.js';
import { drawRow, signature } from './message-row.js';

/** @import { Chat } from './chat.js' */
/** @import { Row } from './grouping.js' */

const nearEdge = 48;
const readAhead = 500;

/**
 * The conversation of the active room: draws what the room's window holds, keeps the reader's place, reads on at both ends.
 * @param {{ chat: Chat, scroller: HTMLElement, list: HTMLElement, jump: HTMLButtonElement, empty: HTMLElement }} parts
 */
export function createMessageList({ chat, scroller, list, jump, empty }) {
  let shown = '';
  let follows = true;
  /** @type {Map<string, string>} */
  const signatures = new Map();
  const context = () => ({
    me: chat.me.name,
    room: chat.active.name,
    retry: (/** @type {string} */ id) => chat.retry(id),
    discard: (/** @type {string} */ id) => chat.discard(id),
  });

  const isAtBottom = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < nearEdge;
  const isSeen = () => document.visibilityState === 'visible' && document.hasFocus();

  function draw() {
    const { active: room } = chat;
    const changedRoom = shown !== room.name;
    if (changedRoom) {
      shown = room.name;
      follows = true;
      list.replaceChildren();
      signatures.clear();
    }
    const { window } = room;
    const isEnd = window.isAtEnd;
    const rows = layOut(window.messages, isEnd ? chat.outbox.of(room.name) : [], {
      me: chat.me.name,
      newAfter: room.newAfter,
      isStart: window.first === 1,
    });

    const anchor = follows ? null : firstVisible();
    drawRows(rows);
    const isEmpty = rows.length === 0 && room.isJoined;
    empty.hidden = !(isEmpty || room.trouble);
    empty.textContent = room.trouble || (isEmpty ? `Nobody has said anything in #${room.name} yet. Say hello.` : '');
    list.setAttribute('aria-busy', String(room.isReading));
    if (follows && isEnd) scroller.scrollTop = scroller.scrollHeight;
    else if (anchor) scroller.scrollTop += anchor.element.getBoundingClientRect().top - anchor.top;
    settle();
  }

  /** @param {Row[]} rows */
  function drawRows(rows) {
    const focused = document.activeElement instanceof HTMLElement && list.contains(document.activeElement) ? document.activeElement.closest('li')?.dataset.key : undefined;
    const byKey = new Map(rows.map(row => [row.key, row]));
    for (const key of signatures.keys()) if (!byKey.has(key)) signatures.delete(key);
    for (const child of [...list.children]) {
      const key = child instanceof HTMLElement ? child.dataset.key ?? '' : '';
      const row = byKey.get(key);
      if (!row || signatures.get(key) === signature(row)) continue;
      const fresh = drawRow(row, context());
      fresh.dataset.key = key;
      signatures.set(key, signature(row));
      child.replaceWith(fresh);
    }
    reconcile(list, rows, row => row.key, row => {
      signatures.set(row.key, signature(row));
      return drawRow(row, context());
    });
    if (focused && !list.contains(document.activeElement)) messageRows().find(row => row.dataset.key === focused)?.focus({ preventScroll: true });
    setStop();
  }

  const messageRows = () => /** @type {HTMLElement[]} */ ([...list.querySelectorAll('.message')]);

  /** The message that has the focus, itself or something in it. */
  const focusedRow = () => /** @type {HTMLElement | null | undefined} */ (document.activeElement?.closest('.message'));

  /**
   * Tab stops at one message: the one that has the focus, else the newest. What a message holds follows it while it has the focus, and is no stop before,
   * since there are hundreds; what a failed one asks for always is.
   */
  function setStop(inside = focusedRow()) {
    const stop = inside && list.contains(inside) ? inside : messageRows().at(-1);
    for (const row of messageRows()) {
      row.tabIndex = row === stop ? 0 : -1;
      for (const part of row.querySelectorAll('a, .content > div > button')) part.setAttribute('tabindex', row === inside ? '0' : '-1');
    }
  }

  /** The row that stays where it is while others come and go above it. */
  function firstVisible() {
    const top = scroller.getBoundingClientRect().top;
    const element = messageRows().find(row => row.getBoundingClientRect().bottom > top);
    return element ? { element, top: element.getBoundingClientRect().top } : null;
  }

  /** What the place of the reader means: what is read, what is to be read next, whether there is something to jump to. */
  function settle() {
    const { active: room } = chat;
    const isEnd = room.window.isAtEnd;
    const atBottom = isAtBottom();
    if (isEnd && atBottom && isSeen()) chat.markRead();
    const unread = room.unread;
    jump.hidden = isEnd && atBottom;
    jump.querySelector('span')?.replaceChildren(unread > 0 ? `${unread} new ${unread === 1 ? 'message' : 'messages'}` : 'Latest messages');
    if (room.isReading || !room.isJoined) return;
    if (scroller.scrollTop < readAhead && room.window.hasOlder && !(follows && isEnd && scroller.scrollHeight > scroller.clientHeight + readAhead)) void chat.readOlder();
    else if (!isEnd && scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < readAhead) void chat.readNewer();
  }

  async function toLatest() {
    if (!chat.active.window.isAtEnd) await chat.readLatest();
    chat.active.newAfter = null;
    follows = true;
    draw();
  }

  const redraw = perFrame(draw);
  scroller.addEventListener('scroll', () => {
    follows = isAtBottom();
    settle();
  }, { passive: true });
  new ResizeObserver(() => {
    if (follows) scroller.scrollTop = scroller.scrollHeight;
  }).observe(scroller);
  jump.addEventListener('click', () => void toLatest());
  list.addEventListener('keydown', event => {
    const rows = messageRows();
    const at = rows.findIndex(row => row === focusedRow());
    if (event.key === 'x' && at >= 0 && !event.ctrlKey && !event.metaKey && !event.altKey) /** @type {HTMLElement | null} */ (rows[at].querySelector('.x-ray'))?.click();
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[event.key];
    if (at < 0 || to === undefined || !rows[to]) return;
    event.preventDefault();
    rows[to].focus();
  });
  list.addEventListener('focusin', () => setStop());
  list.addEventListener('focusout', event => {
    // Whoever comes back begins with the newest, however soon.
    if (!(event.relatedTarget instanceof Node && list.contains(event.relatedTarget))) setStop(null);
  });
  // A finger shows what can be done with a message: not every browser gives the focus to what was tapped.
  list.addEventListener('click', event => {
    const row = event.target instanceof Element && !event.target.closest('a, button') && getSelection()?.isCollapsed !== false ? event.target.closest('.message') : null;
    if (row instanceof HTMLElement && !row.contains(document.activeElement)) row.focus({ preventScroll: true });
  });
  chat.events.on(['messages', 'active'], redraw);
  addEventListener('focus', settle);
  document.addEventListener('visibilitychange', redraw);
  draw();

  return { toLatest };
}
