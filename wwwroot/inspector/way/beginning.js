import { layerLore } from '../lore/layers.js';
import { printable } from '../printable.js';

/** @typedef {import('../types.js').LayerEvent} LayerEvent */

/**
 * What is said of the first event that holds a value: it came in by it, or it was there already and only its beginning is not.
 * @param {import('../types.js').Found} found with at least one event
 * @returns {{ heading: string, sentence: string | null }} sentence: why what is shown is not the beginning; null: it is
 */
export function beginningOf({ items, incomplete, seesAll }) {
  const [first] = items;
  if (!first) return { heading: '', sentence: null };
  if (first.direction !== 'sent') return { heading: `X-ray of where it began: ${printable(first.summary)}`, sentence: null };
  const isRead = first.kind === 'completion' || first.kind === 'streamItem';
  const place = isRead ? `in the ${answerOf(first)}` : `with ${nameOf(first)}`;
  return {
    heading: `X-ray of where it was ${isRead ? 'read' : 'sent'}: ${place}`,
    sentence: `${incomplete ? 'In what was searched, nothing' : 'Nothing that is recorded'} brought this value to the server: it ${absence(seesAll)}, or the server made it itself. What is shown is where ${isRead ? 'it was read later' : 'the server sent it'}: ${place}.`,
  };
}

/** Why what held a value is not there. @param {boolean} seesAll whether whoever looks may see everything */
export const absence = (seesAll) => `came before this server started, ${seesAll ? 'or ' : ''}was forgotten by the journal${seesAll ? '' : ', or went over a connection that is not yours'}`;

/** An answer, by what it answers. @param {LayerEvent} event */
export const answerOf = (event) => printable(event.call ? `answer to ${event.call}` : `answer to call ${event.detail?.invocationId}`);

/** @param {LayerEvent} event */
const nameOf = (event) => (event.detail?.target ? printable(`${event.detail.target}(…)`) : `a ${layerLore[event.layer].name} ${event.kind}`);
