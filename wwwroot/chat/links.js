const address = /https?:\/\/[^\s<>"'`\p{Cc}\p{Cf}]+/giu;

/**
 * Cuts a text into plain pieces and web addresses. Only http and https, and what is shown is what is opened.
 * @param {string} text
 * @returns {{ text: string, href: string | null }[]} the texts joined are the text again
 */
export function findLinks(text) {
  /** @type {{ text: string, href: string | null }[]} */
  const pieces = [];
  let at = 0;
  for (const found of text.matchAll(address)) {
    const shown = trimEnd(found[0]);
    const href = safeAddress(shown);
    if (!href) continue;
    if (found.index > at) pieces.push({ text: text.slice(at, found.index), href: null });
    pieces.push({ text: shown, href });
    at = found.index + shown.length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), href: null });
  return pieces;
}

/** Punctuation at the end belongs to the sentence, and so does a bracket that was opened before the address. @param {string} found */
function trimEnd(found) {
  let end = found.length;
  while (end > 0) {
    const last = found[end - 1];
    const unopened = (last === ')' && count(found, '(', end) < count(found, ')', end)) || (last === ']' && count(found, '[', end) < count(found, ']', end));
    if (!unopened && !/[.,:;!?*_~}]/.test(last)) break;
    end--;
  }
  return found.slice(0, end);
}

/** @param {string} text @param {string} character @param {number} end */
function count(text, character, end) {
  let found = 0;
  for (let i = 0; i < end; i++) if (text[i] === character) found++;
  return found;
}

/** @param {string} text */
function safeAddress(text) {
  const url = URL.canParse(text) ? new URL(text) : null;
  // A name before the host makes https://bank.example@evil.example look like what it is not.
  return url && (url.protocol === 'http:' || url.protocol === 'https:') && !url.username && !url.password ? url.href : null;
}
