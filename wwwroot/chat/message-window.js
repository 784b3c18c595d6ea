/** @import { ChatMessage } from './types.js' */

/** Messages that are kept, and drawn, of one room. */
export const windowSize = 500;

/**
 * The stretch of a room's numbered messages that this page holds: without gaps, ordered, each once, at most 500. What falls off at either
 * end is read again when somebody scrolls there.
 */
export class MessageWindow {
  /** @type {ChatMessage[]} */
  messages = [];
  /** The highest number that is known to exist. */
  newest = 0;

  get first() {
    return this.messages[0]?.number ?? 0;
  }

  get last() {
    return this.messages.at(-1)?.number ?? 0;
  }

  /** Whether older messages exist; numbers begin at 1. */
  get hasOlder() {
    return this.first > 1;
  }

  /** Whether the room's newest message is in the window. */
  get isAtEnd() {
    return this.last >= this.newest;
  }

  /**
   * Takes one message as it arrives.
   * @param {ChatMessage} message
   * @returns {'appended' | 'known' | 'gap'} gap: what lies between has to be read first
   */
  receive(message) {
    const wasAtEnd = this.isAtEnd;
    this.newest = Math.max(this.newest, message.number);
    if (message.number <= this.last) return 'known';
    if (message.number === this.last + 1 && wasAtEnd) {
      this.#append([message]);
      return 'appended';
    }
    return 'gap';
  }

  /** Starts anew. @param {ChatMessage[]} messages oldest first @param {number} newest */
  reset(messages, newest) {
    this.messages = messages.slice(-windowSize);
    this.newest = Math.max(newest, this.last);
  }

  /** Takes what follows the window; the oldest fall off. @param {ChatMessage[]} messages oldest first */
  addNewer(messages) {
    this.#append(messages.filter(message => message.number > this.last));
    this.newest = Math.max(this.newest, this.last);
  }

  /** Takes what precedes the window; the newest fall off. @param {ChatMessage[]} messages oldest first */
  addOlder(messages) {
    const older = messages.filter(message => message.number < this.first);
    this.messages = [...older, ...this.messages].slice(0, windowSize);
  }

  /** @param {ChatMessage[]} messages */
  #append(messages) {
    // Only an unbroken row: a hole would never be noticed again.
    for (const message of messages) {
      if (this.messages.length > 0 && message.number !== this.last + 1) continue;
      this.messages.push(message);
    }
    if (this.messages.length > windowSize) this.messages.splice(0, this.messages.length - windowSize);
  }
}
