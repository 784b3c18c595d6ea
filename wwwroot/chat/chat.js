import { Emitter } from '../shared/emitter.js';
import { parseJson, readStored, writeStored } from '../shared/storage.js';
import { uuidv7 } from '../shared/uuid.js';
import { Connection } from './connection.js';
import { createHub, hubError } from './hub.js';
import { Outbox } from './outbox.js';
import { Room } from './room.js';
import { whoAmI } from './session.js';

/** @import { ChatMessage, Hub, PostReceipt, PresenceChange, RoomState, RoomSummary, ServerStop, TypingChange, User } from './types.js' */

export const defaultRoom = 'lobby';
const mostListed = 500;
/** Behind by more than this, the latest messages are read and the rest is left to scrolling. */
const mostCaughtUp = 1000;
const temporary = new Set(['too_fast', 'unavailable']);
const mostTries = 5;

/**
 * What one signed-in page knows of the chat, and how it stays true to the server. Views listen to `events`: rooms, messages, members,
 * typing, connection, active, arrived (one live message of somebody else: `latest`).
 */
export class Chat {
  events = new Emitter();
  /** Rooms joined, in the order they are listed. @type {Map<string, Room>} */
  rooms = new Map();
  /** Every room the server told of. @type {Map<string, RoomSummary>} */
  listed = new Map();
  /** @type {Room} */
  active;
  /** @type {ChatMessage | null} */
  latest = null;
  /** What just went wrong outside any room, in one sentence. */
  trouble = '';
  connection;
  outbox;
  /** @type {Set<string>} */
  #posting = new Set();

  /** @param {User} user @param {string} room the room to open */
  constructor(user, room) {
    this.me = user;
    const key = `outbox:${user.name}`;
    this.outbox = new Outbox(readStored('session', key), json => writeStored('session', key, json));
    const kept = parseJson(readStored('local', `rooms:${user.user}`));
    const known = typeof kept === 'object' && kept !== null ? Object.entries(kept) : [];
    for (const [name, read] of known.slice(0, 50)) this.#room(name).read = typeof read === 'number' ? read : 0;
    for (const post of this.outbox.posts) this.#room(post.room);
    this.active = this.#room(room);
    this.active.newAfter = this.active.read || null;
    this.connection = new Connection({
      user: user.user,
      createHub,
      whoAmI,
      attach: hub => this.#attach(hub),
      opened: hub => this.#opened(hub),
      changed: () => this.#connectionChanged(),
    });
  }

  /** Unread messages of all rooms. */
  get unread() {
    return [...this.rooms.values()].reduce((sum, room) => sum + room.unread, 0);
  }

  start() {
    this.connection.start();
  }

  async stop() {
    await this.connection.stop();
  }

  /** Shows a room, and joins it where that has not been done. @param {string} name */
  async open(name) {
    const room = this.#room(name);
    if (room !== this.active) {
      this.active = room;
      room.newAfter = room.unread > 0 ? room.read : null;
      this.events.emit('active', 'rooms', 'messages', 'members', 'typing');
    }
    this.#keepRooms();
    const hub = this.connection.hub;
    if (hub && !room.isJoined) await this.#join(hub, room).catch(error => this.#roomTrouble(room, error));
  }

  /** @param {string} name */
  async leave(name) {
    const room = this.rooms.get(name);
    if (!room) return;
    this.rooms.delete(name);
    if (room === this.active) this.active = [...this.rooms.values()][0] ?? this.#room(defaultRoom);
    this.#keepRooms();
    this.events.emit('active', 'rooms', 'messages', 'members', 'typing');
    await this.connection.hub?.invoke('LeaveRoom', name).catch(() => undefined);
    if (!this.active.isJoined) await this.open(this.active.name);
  }

  /** @param {string} text */
  post(text) {
    this.outbox.add({ room: this.active.name, id: uuidv7(), text, madeAt: new Date().toISOString() });
    this.events.emit('messages');
    void this.#postWaiting(this.active);
  }

  /** @param {string} id */
  retry(id) {
    this.outbox.update(id, { state: 'waiting', trouble: '', tries: 0 });
    this.events.emit('messages');
    for (const room of this.rooms.values()) void this.#postWaiting(room);
  }

  /** @param {string} id */
  discard(id) {
    this.outbox.remove(id);
    this.events.emit('messages');
  }

  /** @param {boolean} isTyping */
  setTyping(isTyping) {
    if (this.active.isJoined) this.connection.hub?.invoke('SetTyping', this.active.name, isTyping).catch(() => undefined);
  }

  /** The reader has seen the room's end. */
  markRead() {
    const room = this.active;
    if (room.unread === 0) return;
    room.read = room.window.newest;
    this.#keepRooms();
    this.events.emit('rooms');
  }

  async readOlder() {
    const room = this.active;
    await this.#read(room, hub => hub.invoke('ReadHistory', room.name, room.window.first, 100), messages => room.window.addOlder(messages));
  }

  async readNewer() {
    const room = this.active;
    await this.#read(room, hub => hub.invoke('ReadMissed', room.name, room.window.last, 100), messages => room.window.addNewer(messages));
  }

  async readLatest() {
    const room = this.active;
    await this.#read(room, hub => hub.invoke('ReadHistory', room.name, null, 100), messages => room.window.reset(messages, room.window.newest));
  }

  /** @param {string} name */
  #room(name) {
    const room = this.rooms.get(name) ?? new Room(name);
    this.rooms.set(name, room);
    return room;
  }

  #keepRooms() {
    writeStored('local', `rooms:${this.me.user}`, JSON.stringify(Object.fromEntries([...this.rooms.values()].map(room => [room.name, room.read]))));
  }

  /** @param {Hub} hub */
  #attach(hub) {
    hub.on('MessagePosted', message => this.#messagePosted(hub, message));
    hub.on('PresenceChanged', (/** @type {PresenceChange} */ change) => {
      const room = this.rooms.get(change.room);
      if (!room) return;
      if (change.isOnline) room.members.add(change.user);
      else {
        room.members.delete(change.user);
        room.typing.delete(change.user);
      }
      this.events.emit('members', 'typing');
    });
    hub.on('TypingChanged', (/** @type {TypingChange} */ change) => {
      const room = this.rooms.get(change.room);
      if (!room || change.user === this.me.name) return;
      if (change.isTyping) room.typing.add(change.user);
      else room.typing.delete(change.user);
      this.events.emit('typing');
    });
    hub.on('RoomChanged', (/** @type {RoomSummary} */ room) => {
      if (this.listed.has(room.room) || this.listed.size < mostListed) this.listed.set(room.room, room);
      this.events.emit('rooms');
    });
    hub.on('ServerStopping', (/** @type {ServerStop} */ stop) => this.connection.serverStopping(stop.reconnectAfterMs));
  }

  /** Brings a new connection to where the last one was. @param {Hub} hub */
  async #opened(hub) {
    for (const room of this.rooms.values()) {
      if (room === this.active) continue;
      await this.#join(hub, room).catch(error => this.#roomTrouble(room, error));
    }
    await this.#join(hub, this.active).catch(error => {
      this.#roomTrouble(this.active, error);
      if (!hubError(error)) throw error;
    });
    const rooms = /** @type {RoomSummary[]} */ (await hub.invoke('ListRooms'));
    this.listed = new Map(rooms.map(room => [room.room, room]));
    this.events.emit('rooms');
  }

  /** @param {Hub} hub @param {Room} room */
  async #join(hub, room) {
    const after = room.window.last === 0 ? null : room.window.last;
    const state = /** @type {RoomState} */ (await hub.invoke('JoinRoom', room.name, after));
    room.isJoined = true;
    room.trouble = '';
    room.members = new Set(state.members).add(this.me.name);
    room.typing.clear();
    if (after === null) room.window.reset(state.messages, state.lastNumber);
    else if (state.lastNumber - after > mostCaughtUp) room.window.reset(await hub.invoke('ReadHistory', room.name, null, 100), state.lastNumber);
    else {
      room.window.newest = Math.max(room.window.newest, state.lastNumber);
      room.window.addNewer(state.messages);
      if (state.hasMore) await this.#catchUp(hub, room);
    }
    this.#settle(room, state.messages);
    this.events.emit('messages', 'members', 'typing', 'rooms');
    if (this.connection.hub) void this.#postWaiting(room);
  }

  /** Reads until nothing is missing. @param {Hub} hub @param {Room} room */
  async #catchUp(hub, room) {
    if (room.isReading) return;
    room.isReading = true;
    try {
      while (!room.window.isAtEnd) {
        const messages = /** @type {ChatMessage[]} */ (await hub.invoke('ReadMissed', room.name, room.window.last, 500));
        const last = room.window.last;
        room.window.addNewer(messages);
        this.#settle(room, messages);
        if (room.window.last === last) break;
      }
    } finally {
      room.isReading = false;
      this.events.emit('messages', 'rooms');
    }
  }

  /** @param {Hub} hub @param {ChatMessage} message */
  #messagePosted(hub, message) {
    const room = this.rooms.get(message.room);
    if (!room) return;
    const wasAtEnd = room.window.isAtEnd;
    const taken = room.window.receive(message);
    this.#settle(room, [message]);
    // Somebody reading far above gets the newest when scrolling down; everybody else is missing something.
    if (taken === 'gap' && wasAtEnd) void this.#catchUp(hub, room).catch(() => undefined);
    room.typing.delete(message.author);
    if (taken !== 'known' && message.author !== this.me.name) {
      this.latest = message;
      this.events.emit('arrived');
    }
    this.events.emit('messages', 'rooms', 'typing');
  }

  /** What came from the server is no longer pending; own messages count as read. @param {Room} room @param {ChatMessage[]} messages */
  #settle(room, messages) {
    for (const message of messages) {
      this.outbox.remove(message.id);
      if (message.author === this.me.name && message.number === room.read + 1) room.read = message.number;
    }
  }

  /** Sends a room's waiting posts, one after the other. @param {Room} room */
  async #postWaiting(room) {
    if (this.#posting.has(room.name)) return;
    this.#posting.add(room.name);
    try {
      for (;;) {
        const hub = this.connection.hub;
        const post = this.outbox.next(room.name);
        if (!hub || !room.isJoined || !post) return;
        this.outbox.update(post.id, { state: 'sending' });
        this.events.emit('messages');
        try {
          const receipt = /** @type {PostReceipt} */ (await hub.invoke('PostMessage', room.name, post.id, post.text));
          this.#messagePosted(hub, { room: room.name, number: receipt.number, id: receipt.id, author: this.me.name, text: post.text, postedAt: receipt.postedAt });
        } catch (error) {
          const refused = hubError(error);
          if (!refused) return this.outbox.update(post.id, { state: 'waiting' });
          const tries = post.tries + 1;
          const again = temporary.has(refused.code) && tries < mostTries;
          this.outbox.update(post.id, { state: again ? 'waiting' : 'failed', trouble: refused.sentence, tries });
          this.events.emit('messages');
          if (again) await new Promise(resolve => setTimeout(resolve, 500 * 2 ** tries));
        }
      }
    } finally {
      this.#posting.delete(room.name);
      this.events.emit('messages');
    }
  }

  #connectionChanged() {
    const { kind } = this.connection.state;
    if (kind !== 'connected' && kind !== 'connecting') {
      for (const room of this.rooms.values()) {
        room.isJoined = false;
        room.typing.clear();
      }
      this.outbox.interrupt();
    }
    this.events.emit('connection', 'typing', 'messages');
    if (kind === 'connected') for (const room of this.rooms.values()) void this.#postWaiting(room);
  }

  /** @param {Room} room @param {(hub: Hub) => Promise<ChatMessage[]>} read @param {(messages: ChatMessage[]) => void} take */
  async #read(room, read, take) {
    const hub = this.connection.hub;
    if (!hub || !room.isJoined || room.isReading) return;
    room.isReading = true;
    this.events.emit('messages');
    try {
      take(await read(hub));
    } catch (error) {
      this.#roomTrouble(room, error);
    } finally {
      room.isReading = false;
      this.events.emit('messages', 'rooms');
    }
  }

  /** @param {Room} room @param {unknown} error */
  #roomTrouble(room, error) {
    room.trouble = hubError(error)?.sentence ?? '';
    this.events.emit('messages');
  }
}
