/**
 * A stranger's text made visible: control characters, direction overrides and lone surrogates as \uXXXX, so that nothing can hide or reorder what is shown.
 * Line breaks stay where the place has room for them.
 * @param {string} text
 * @param {boolean} [lines] keep line feeds
 */
export function printable(text, lines = false) {
  // Escaped on purpose: what can't be seen must be seen.
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, (character) =>
    lines && (character === '\n' || character === '\t') ? character : `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`);
}

/**
 * JSON as people read it, if it is JSON; else the text itself.
 * @param {string} text
 */
export function prettyJson(text) {
  // Numbers beyond 2^53 would come back changed: then the text as it was is the honest one.
  if (/\d{16,}/.test(text)) return printable(text, true);
  try {
    return printable(JSON.stringify(JSON.parse(text), null, 2), true);
  } catch {
    return printable(text, true);
  }
}

/** What an event's field says, in one line. @param {unknown} value */
export const plain = (value) =>
  value === null || value === undefined ? '–' : printable(typeof value === 'object' ? JSON.stringify(value) : String(value));
