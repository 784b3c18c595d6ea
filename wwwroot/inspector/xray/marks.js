import { fieldsOf } from './bits.js';
import { frameFields } from '../lore/frame-fields.js';

/**
 * The named byte ranges of a nest, from the outermost to the innermost.
 * @param {import('./nesting.js').Nest} nest
 * @returns {import('./highlight.js').Mark[]}
 */
export function marksOf(nest) {
  /** @type {import('./highlight.js').Mark[]} */
  const marks = [{ id: 'run', ...nest.run, layer: 'tcp', label: 'byte run' }];
  for (const other of nest.others) marks.push({ id: `other-${other.sequence}`, ...other.bytes, layer: other.layer, label: `${other.layer} ${other.kind}` });
  if (nest.message) marks.push({ id: 'message', ...nest.message.bytes, layer: 'webSocket', label: 'WebSocket message' });
  nest.frames.forEach((frame, at) => {
    const { header } = frame.detail;
    const { start, end } = frame.bytes;
    const name = nest.frames.length > 1 ? ` ${at + 1}` : '';
    marks.push({ id: `frame-${at}`, start, end, layer: 'webSocket', label: `frame${name}` });
    for (const field of fieldsOf(header)) {
      marks.push({ id: `field-${at}-${field.key}`, start: start + field.firstByte, end: start + field.endByte, layer: 'webSocket', label: `${frameFields[field.key]?.name ?? field.key} of frame${name}` });
    }
    if (end > start + header.headerLength) marks.push({ id: `field-${at}-payload`, start: start + header.headerLength, end, layer: 'webSocket', label: `payload of frame${name}` });
  });
  nest.hubMessages.forEach((message, at) => marks.push({ id: `hub-${at}`, ...message.bytes, layer: 'signalR', label: `hub message ${message.kind}` }));
  return marks;
}
