import { dayKey } from './times.js';

/** @import { ChatMessage, PendingPost } from './types.js' */

/**
 * One row of a conversation.
 * @typedef {{ kind: 'start', key: string }
 *   | { kind: 'day', key: string, at: string }
 *   | { kind: 'new', key: string }
 *   | { kind: 'message', key: string, message: ChatMessage, leads: boolean }
 *   | { kind: 'pending', key: string, post: PendingPost, leads: boolean }} Row
 */

const together = 5 * 60_000;

/**
 * Lays messages out in rows: a separator for each day, one where the unread ones begin, and the author shown where a group begins.
 * @param {readonly ChatMessage[]} messages
 * @param {readonly PendingPost[]} pending
 * @param {{ me: string, newAfter: number | null, isStart: boolean }} view newAfter: the last number read when the room was opened
 * @returns {Row[]}
 */
export function layOut(messages, pending, { me, newAfter, isStart }) {
  /** @type {Row[]} */
  const rows = isStart ? [{ kind: 'start', key: 'start' }] : [];
  let author = '';
  let at = '';
  /** @param {string} nextAuthor @param {string} nextAt */
  const leads = (nextAuthor, nextAt) => {
    let begins = nextAuthor !== author || Date.parse(nextAt) - Date.parse(at) > together;
    if (at === '' || dayKey(nextAt) !== dayKey(at)) {
      rows.push({ kind: 'day', key: `day-${nextAt}`, at: nextAt });
      begins = true;
    }
    [author, at] = [nextAuthor, nextAt];
    return begins;
  };
  for (const message of messages) {
    let begins = leads(message.author, message.postedAt);
    if (newAfter !== null && message.number === newAfter + 1) {
      rows.push({ kind: 'new', key: 'new' });
      begins = true;
    }
    rows.push({ kind: 'message', key: message.id, message, leads: begins });
  }
  for (const post of pending) rows.push({ kind: 'pending', key: post.id, post, leads: leads(me, post.madeAt) });
  return rows;
}
