/** The limits of the chat's contract. Lengths count UTF-16 code units, as the server does. */
export const longestText = 2000;
export const longestName = 24;

/**
 * @param {string} text
 * @returns {string | null} what is wrong with it, or null
 */
export function textTrouble(text) {
  if (!/[^\s\p{Cf}]/u.test(text)) return 'A message is not blank.';
  if (text.length > longestText) return `A message has at most ${longestText.toLocaleString()} characters; this one has ${text.length.toLocaleString()}.`;
  if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(text)) return 'A message holds no control characters but line breaks and tabs.';
  return null;
}

/** What a browser's text field gives, as the server would store it. @param {string} text */
export const normalise = text => text.replace(/\r\n?/g, '\n');

/** @param {string} name */
export const isRoomName = name => /^[a-z0-9-]{1,32}$/.test(name);

/** @param {string} name @returns {string | null} */
export const nameTrouble = name => name.length <= longestName && /^[\p{L}\p{Nd}_-]+$/u.test(name)
  ? null
  : `A name is 1 to ${longestName} letters, digits, '-' or '_'.`;
