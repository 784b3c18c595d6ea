/**
 * Reads what the page keeps in the browser. Storage may be forbidden or full: then nothing was kept.
 * @param {'local' | 'session'} where
 * @param {string} key
 * @returns {string | null}
 */
export function readStored(where, key) {
  try {
    return (where === 'local' ? localStorage : sessionStorage).getItem(key);
  } catch {
    return null;
  }
}

/**
 * @param {'local' | 'session'} where
 * @param {string} key
 * @param {string | null} value null forgets it
 */
export function writeStored(where, key, value) {
  try {
    const storage = where === 'local' ? localStorage : sessionStorage;
    if (value === null) storage.removeItem(key);
    else storage.setItem(key, value);
  } catch {
    // Forbidden or full: the page works, it just forgets.
  }
}

/**
 * @param {string | null} json
 * @returns {unknown} undefined when it can't be read
 */
export function parseJson(json) {
  try {
    return json === null ? undefined : JSON.parse(json);
  } catch {
    return undefined;
  }
}
