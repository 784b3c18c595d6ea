/** @typedef {import('../types.js').FeedState} FeedState */
/** @typedef {import('../types.js').Refusal} Refusal */

/** The state of the feed in a few words. @param {FeedState} state @param {Refusal | null} why */
export function feedWords(state, why) {
  if (state !== 'waiting') return state;
  if (why === null) return 'not live, trying again';
  if (why.status === 429) return 'not live: too many feeds';
  return why.status === 401 || why.status === 403 ? 'not live: not signed in' : `not live: the server said ${why.status}`;
}

/** What to do about a refusal that no view tells of; nothing: they do, or there is none. @param {Refusal | null} why */
export function feedAdvice(why) {
  if (why === null || why.status === 401 || why.status === 403) return '';
  const said = why.detail === '' ? '' : ` ${why.detail}`;
  return `${why.status === 429 ? 'Too many live feeds are open.' : `The server refuses the live feed (${why.status}).`}${said} This page tries again by itself; meanwhile nothing new shows in a timeline.`;
}
