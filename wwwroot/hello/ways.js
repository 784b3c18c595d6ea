/** The recorder stands on the server: what it received, this page sent. @type {Record<string, { arrow: string, words: string }>} */
const ways = {
  received: { arrow: '→', words: 'from this browser to the server' },
  sent: { arrow: '←', words: 'from the server to this browser' },
  local: { arrow: '·', words: 'a fact on the server' },
};

/** @param {{ direction: string }} event */
export const wayOf = (event) => ways[event.direction] ?? { arrow: '·', words: '' };
