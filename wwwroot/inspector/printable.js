const tags = (/** @type {string} */ region) => [...region].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('');
const virama = '[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039\u103a\u17d2]';
const joining = '(?=[\\p{Lo}\\p{Lm}\\p{Mn}])[\u0620-\u08ff\u1820-\u18aa\ufb50-\ufdff\ufe70-\ufefc]';

/** Invisible characters where an emoji or a script is spelled with them, and those that one sees; the rules of Layers/Events/InvisibleCharacters.cs, in its order. */
const spelling = [
  '[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]',
  `(?<=${virama})[\u200c\u200d]|[\u200c\u200d](?=${virama})|(?<=${joining})[\u200c\u200d](?=${joining})`,
  '(?<=\\p{ExtPict}[\ufe0f\\p{EMod}]*)\u200d(?=\\p{ExtPict})',
  '(?<=\\p{ExtPict})[\ufe0e\ufe0f]|(?<=[0-9#*])[\ufe0e\ufe0f](?=\u20e3)',
  '(?<=[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{323af}])[\ufe00-\ufe02\u{e0100}-\u{e01ef}]',
  '(?<=[\u1820-\u18aa])[\u180b-\u180d\u180f]',
  '(?<=[\u2801-\u28ff])\u2800(?=[\u2801-\u28ff])',
  `\u{1f3f4}(?:${['gbeng', 'gbsct', 'gbwls'].map(tags).join('|')})\u{e007f}`,
].join('|');

/** Accents beyond four upon one letter, which cover the lines around them. */
const stacked = '(?<=(?:[\\p{Mn}\\p{Me}][\u200c\u200d]*){4})[\\p{Mn}\\p{Me}]';

// What can't be seen must be seen: control, format and other ignorable characters, separators of lines, lone surrogates, and what is drawn as nothing.
const hidden = new RegExp(`(${spelling})|[\\p{Cc}\\p{Cf}\\p{Cs}\\p{DI}\\u2028\\u2029\\u2800\\u{13441}\\u{13442}\\u{1d159}]|${stacked}`, 'gu');

/**
 * A stranger's text made visible: control characters, invisible ones, stacked accents and lone surrogates as \uXXXX, so that nothing can hide or reorder what is shown.
 * Line breaks stay where the place has room for them.
 * @param {string} text
 * @param {boolean} [lines] keep line feeds
 */
export function printable(text, lines = false) {
  return text.replace(hidden, (character, /** @type {string | undefined} */ spelled) => spelled ?? (lines && (character === '\n' || character === '\t') ? character : escaped(character)));
}

/** Each half of a surrogate pair by itself, as in the log. @param {string} character */
const escaped = (character) => character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`);

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
