import { parseJson } from '../shared/storage.js';

/** @import { PendingPost } from './types.js' */

/** Posts that may wait for the server at a time. */
export const mostPending = 100;

/**
 * This browser's posts until the server has them for certain, in the order they were made. Kept through a reload of the page: the same id
 * goes out again, and the server answers a repeated one with its first receipt.
 */
export class Outbox {
  /** @type {PendingPost[]} */
  posts = [];
  #save;

  /**
   * @param {string | null} saved what was last saved
   * @param {(json: string | null) => void} save
   */
  constructor(saved, save) {
    this.#save = save;
    const read = parseJson(saved);
    if (!Array.isArray(read)) return;
    this.posts = read.filter(isPost).slice(0, mostPending).map(post => ({ ...post, state: post.state === 'failed' ? 'failed' : 'waiting', tries: 0 }));
  }

  get isFull() {
    return this.posts.length >= mostPending;
  }

  /** @param {string} room */
  of(room) {
    return this.posts.filter(post => post.room === room);
  }

  /** The post that goes out next in a room: strictly one after the other, so that their order stays. @param {string} room */
  next(room) {
    const post = this.posts.find(candidate => candidate.room === room && candidate.state !== 'failed');
    return post?.state === 'waiting' ? post : undefined;
  }

  /** @param {Pick<PendingPost, 'room' | 'id' | 'text' | 'madeAt'>} post */
  add(post) {
    this.posts.push({ ...post, state: 'waiting', trouble: '', tries: 0 });
    this.#keep();
  }

  /** @param {string} id @param {Partial<PendingPost>} change */
  update(id, change) {
    const post = this.posts.find(candidate => candidate.id === id);
    if (!post) return;
    Object.assign(post, change);
    this.#keep();
  }

  /** The server has it, or its author gave it up. @param {string} id */
  remove(id) {
    const length = this.posts.length;
    this.posts = this.posts.filter(post => post.id !== id);
    if (this.posts.length !== length) this.#keep();
  }

  /** The connection ended: what was on its way waits for the next one. */
  interrupt() {
    for (const post of this.posts) if (post.state === 'sending') post.state = 'waiting';
    this.#keep();
  }

  #keep() {
    this.#save(this.posts.length === 0 ? null : JSON.stringify(this.posts));
  }
}

/** @param {any} value @returns {value is PendingPost} */
const isPost = value => typeof value === 'object' && value !== null
  && ['room', 'id', 'text', 'madeAt', 'trouble'].every(name => typeof value[name] === 'string');
