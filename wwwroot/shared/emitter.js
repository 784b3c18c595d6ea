/** Tells listeners which part of a model changed. */
export class Emitter {
  /** @type {Map<string, Set<() => void>>} */
  #listeners = new Map();

  /**
   * @param {string[]} topics
   * @param {() => void} listener
   */
  on(topics, listener) {
    for (const topic of topics) {
      const set = this.#listeners.get(topic) ?? new Set();
      this.#listeners.set(topic, set.add(listener));
    }
  }

  /** @param {string[]} topics */
  emit(...topics) {
    /** @type {Set<() => void>} */
    const called = new Set();
    for (const topic of topics) for (const listener of this.#listeners.get(topic) ?? []) called.add(listener);
    for (const listener of called) listener();
  }
}
