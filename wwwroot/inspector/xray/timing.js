import { el } from '../../shared/dom.js';
import { duration } from '../format.js';
import { layerLore } from '../lore/layers.js';
import { printable } from '../printable.js';

/**
 * The time between the layers: each moment with its distance from the first and a bar for the way from the one before.
 * @param {import('./steps.js').Step[]} steps
 */
export function timing(steps) {
  const total = Math.max(steps.at(-1)?.since ?? 0, 0.001);
  const percent = (/** @type {number} */ value) => `${((value / total) * 100).toFixed(3)}%`;
  return el('ol', { class: 'timing' }, ...steps.map((step, at) => {
    const before = steps[at - 1]?.since ?? 0;
    const bar = el('span', { class: 'timing-bar' });
    bar.style.marginInlineStart = percent(before);
    bar.style.width = percent(step.since - before);
    return el('li', { 'data-layer': step.event.layer },
      el('span', { class: 'timing-since' }, at === 0 ? '0' : `+${duration(step.since)}`),
      el('span', { class: 'timing-label' }, el('span', { class: 'layer' }, layerLore[step.event.layer].name), ` ${printable(step.label)}`),
      el('span', { class: 'timing-track', 'aria-hidden': 'true' }, bar),
      el('span', { class: 'timing-delta quiet' }, at === 0 ? '' : duration(step.since - before)));
  }));
}
