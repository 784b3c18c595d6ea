import { MessageWindow } from './message-window.js';

/** One room that this page has joined. */
export class Room {
  window = new MessageWindow();
  /** @type {Set<string>} */
  members = new Set();
  /** @type {Set<string>} */
  typing = new Set();
  /** The highest number that was seen by the reader. */
  read = 0;
  /** Where the reader was when the room was opened: messages after it are marked as new. @type {number | null} */
  newAfter = null;
  /** Whether the latest join succeeded on this connection. */
  isJoined = false;
  /** Whether older or newer messages are being read. */
  isReading = false;
  /** What keeps the room from being read, in one sentence. */
  trouble = '';

  /** @param {string} name */
  constructor(name) {
    this.name = name;
  }

  get unread() {
    return Math.max(0, this.window.newest - this.read);
  }
}
