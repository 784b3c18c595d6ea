import { el } from '../../shared/dom.js';
import { duration, milliseconds, number, timeSpan } from '../format.js';
import { glossary } from '../lore/fields.js';
import { kindLore } from '../lore/kinds.js';
import { layerLore } from '../lore/layers.js';
import { plain, prettyJson, printable } from '../printable.js';
import { toXray } from '../routes.js';

/** @typedef {import('../types.js').LayerEvent} LayerEvent */
/** @typedef {import('../types.js').LayerName} LayerName */
/** @typedef {{ layer: LayerName, title: string, lines: (Node | string)[], event?: LayerEvent | null, mark?: string, isAbsent?: boolean, names?: string[] }} Rung with the names of the fields that it shows, to be explained */

/**
 * The event at every layer at once, the application on top.
 * @param {object} seen
 * @param {LayerEvent} seen.picked
 * @param {import('./nesting.js').Nest | null} seen.nest
 * @param {import('./call.js').Call | null} seen.call
 * @param {import('../types.js').Connection} seen.connection
 * @param {import('./highlight.js').Highlight | null} highlight
 */
export function ladder(seen, highlight) {
  const rungs = [...applicationRungs(seen), ...hubRungs(seen), ...signalRRungs(seen), ...webSocketRungs(seen), ...httpRungs(seen), ...tlsRungs(seen), ...tcpRungs(seen)];
  return el('ol', { class: 'ladder', 'aria-label': 'This at every layer' }, ...rungs.map((rung) => draw(rung, seen.picked, highlight)));
}

/** @param {Rung} rung @param {LayerEvent} picked @param {import('./highlight.js').Highlight | null} highlight */
function draw(rung, picked, highlight) {
  const lore = layerLore[rung.layer];
  const isPicked = rung.event?.sequence === picked.sequence;
  const about = rung.event ? kindLore(rung.event) : '';
  const item = el(
    'li',
    { class: `rung${rung.isAbsent ? ' absent' : ''}${isPicked ? ' picked' : ''}`, 'data-layer': rung.layer, tabindex: rung.mark ? '0' : null },
    el('div', { class: 'rung-head' }, el('span', { class: 'layer' }, lore.name), el('strong', {}, rung.title),
      rung.event && !isPicked ? el('a', { href: toXray(rung.event.connection, rung.event.sequence), class: 'small' }, 'X-ray') : isPicked ? el('span', { class: 'chip' }, 'this one') : null),
    ...rung.lines.map((line) => (typeof line === 'string' ? el('p', {}, line) : line)),
    glossary(rung.names ?? []),
    el('p', { class: 'lore' }, about || lore.sentence, ...lore.links.slice(0, 1).flatMap((link) => [' ', el('a', { href: link.href, target: '_blank', rel: 'noreferrer' }, link.text)])),
  );
  if (rung.mark && highlight) highlight.link(item, rung.mark);
  return item;
}

/** @param {Parameters<typeof ladder>[0]} seen @returns {Rung[]} */
function applicationRungs({ picked, call }) {
  const facts = call?.facts ?? (picked.layer === 'application' ? [picked] : []);
  if (facts.length === 0) return [{ layer: 'application', title: 'said nothing of it', lines: [], isAbsent: true }];
  return facts.map((fact) => ({ layer: /** @type {LayerName} */ ('application'), title: `${printable(fact.kind)}: ${printable(fact.summary)}`, lines: [fields(fact.detail.fields ?? {})], event: fact }));
}

/** @param {Parameters<typeof ladder>[0]} seen @returns {Rung[]} */
function hubRungs({ picked, call, nest, connection }) {
  if (call?.invoked) {
    const { invoked, completed } = call;
    const took = completed ? timeSpan(completed.detail.duration) : null;
    const failed = completed?.kind === 'failed';
    return [{
      layer: 'hub', title: `${printable(invoked.detail.method)}${completed === null ? ', still running' : failed ? ' threw' : ' ran'}${took === null ? '' : ` ${duration(took)}`}`, event: picked.sequence === completed?.sequence ? completed : invoked,
      lines: [`It began ${duration(milliseconds(invoked.at) - milliseconds(call.invocation.at))} after its bytes were read.`, ...(failed ? [printable(`${completed.detail.errorType}: ${completed.detail.error}`)] : []), ...(nest && nest.hubMessages.length > 1 ? ['Calls are matched to bytes by method and order: inside the hub they have no number.'] : [])],
    }];
  }
  if (picked.layer === 'hub') return [{ layer: 'hub', title: `${picked.kind}: ${printable(picked.summary)}`, lines: [fields(picked.detail)], names: namesIn(picked.detail), event: picked }];
  const hub = connection.layers?.find((state) => state.layer === 'hub')?.detail.hub;
  return [{ layer: 'hub', title: hub && nest?.anchor.direction === 'sent' && nest.hubMessages.length > 0 ? `${plain(hub)} sent it` : 'nothing of it', lines: [], isAbsent: true }];
}

/** @param {Parameters<typeof ladder>[0]} seen @returns {Rung[]} */
function signalRRungs({ nest, connection, picked }) {
  if (!nest || nest.hubMessages.length === 0) {
    const state = connection.layers?.find((one) => one.layer === 'signalR');
    if (picked.layer === 'signalR') return [{ layer: 'signalR', title: `${picked.kind}: ${printable(picked.summary)}`, lines: [], event: picked }];
    const why = state?.state === 'absent' || state?.state === 'unseen' ? printable(state.summary) : 'no hub message in these bytes';
    return [{ layer: 'signalR', title: why, lines: [], isAbsent: true }];
  }
  return nest.hubMessages.map((message, at) => ({
    layer: /** @type {LayerName} */ ('signalR'), event: message, mark: `hub-${at}`,
    title: `${message.kind}${message.detail.type ? `, type ${message.detail.type}` : ''}`,
    lines: [...hubMessageLines(message)], names: namesIn(message.detail),
  }));
}

/** @param {LayerEvent} message @returns {(Node | string)[]} */
function hubMessageLines({ detail, kind, summary }) {
  if (kind === 'fault' || kind === 'gap') return [printable(summary)];
  const values = (detail.arguments ?? []).map((/** @type {string} */ text) => prettyJson(text));
  const more = (detail.argumentCount ?? values.length) - values.length;
  if (detail.result) values.push(prettyJson(detail.result));
  if (detail.item) values.push(prettyJson(detail.item));
  const { target, invocationId, encoding, error, headers, streamIds, protocol, version, allowReconnect, sequenceId } = detail;
  return [
    fields(leaveOut({ target, invocationId, encoding, error, headers, streamIds, protocol, version, allowReconnect, sequenceId })),
    ...(values.length === 0 ? [] : [el('div', { class: 'values' }, ...values.map((/** @type {string} */ text) => el('pre', { tabindex: text.length > 400 ? '0' : null }, text)))]),
    ...(more > 0 ? [`${more} more arguments are not shown.`] : []),
  ];
}

/** @param {Parameters<typeof ladder>[0]} seen @returns {Rung[]} */
function webSocketRungs({ nest, connection, picked }) {
  if (!nest || nest.frames.length === 0) {
    if (picked.layer === 'webSocket') return [{ layer: 'webSocket', title: `${picked.kind}: ${printable(picked.summary)}`, lines: [], event: picked }];
    const state = connection.layers?.find((one) => one.layer === 'webSocket');
    return [{ layer: 'webSocket', title: state?.state === 'unseen' ? printable(state.summary) : 'no frame in these bytes', lines: state?.state === 'unseen' ? ['Over HTTP/2 several streams share a connection (RFC 8441) and HTTP/2’s own frames are not decoded here: the layers below and above are shown, the frames are not.'] : [], isAbsent: true }];
  }
  const rungs = /** @type {Rung[]} */ ([]);
  const { message } = nest;
  if (message) {
    const { opcode, frames, length, compressedLength } = message.detail;
    rungs.push({
      layer: 'webSocket', title: `${opcode} message, ${number(length)} bytes`, event: message, mark: 'message',
      lines: [
        ...(nest.hubMessages.length === 0 || compressedLength !== null ? contentOf(message.detail) : []),
        `In ${frames === 1 ? 'one frame' : `${number(frames)} frames`}.`,
        ...(compressedLength === null ? [] : [`Compressed to ${number(compressedLength)} bytes (permessage-deflate, RFC 7692). A compressed byte stands for nothing alone: hub messages are said to come from all of it.`]),
      ],
    });
  }
  nest.frames.forEach((frame, at) => {
    const { header, code, reason } = frame.detail;
    rungs.push({
      layer: 'webSocket', event: frame, mark: `frame-${at}`,
      title: `${frame.kind === 'frame' ? `${header.opcode} frame` : `${frame.kind} frame`}${nest.frames.length > 1 ? ` ${at + 1} of ${nest.frames.length}` : ''}`,
      lines: [`${header.headerLength} bytes of header, ${number(header.payloadLength)} of payload${header.masked ? ', masked' : ''}${header.rsv1 ? ', compressed' : ''}.`, ...(frame.kind === 'close' ? [`Close code ${code ?? 'none'}${reason ? `: ${printable(reason)}` : ''}.`] : [])],
    });
  });
  return rungs;
}

/** What the message says, after decompression. @param {{ text: string | null, hex: string | null, length: number }} message */
function contentOf({ text, hex }) {
  const shown = text !== null ? prettyJson(text) : (hex ?? '').replace(/(..)/g, '$1 ').trim();
  return shown === '' ? [] : [el('div', { class: 'values' }, el('pre', { tabindex: shown.length > 400 ? '0' : null }, shown))];
}

/** @param {Parameters<typeof ladder>[0]} seen @returns {Rung[]} */
function httpRungs({ nest, connection, picked }) {
  const heads = nest?.others.filter((event) => event.layer === 'http') ?? (picked.layer === 'http' ? [picked] : []);
  if (heads.length > 0) {
    return heads.map((head) => ({ layer: /** @type {LayerName} */ ('http'), event: head, mark: nest ? `other-${head.sequence}` : undefined, title: printable(head.summary), lines: [headers(head.detail.headers ?? [])], names: (head.detail.headers ?? []).map((/** @type {{ name: string }} */ header) => header.name) }));
  }
  const state = connection.layers?.find((one) => one.layer === 'http');
  return [{ layer: 'http', title: state?.state === 'unseen' ? 'HTTP/2 carries it, not decoded' : nest ? 'ended with 101: frames since then' : 'nothing of it', lines: [], isAbsent: true }];
}

/** @param {Parameters<typeof ladder>[0]} seen @returns {Rung[]} */
function tlsRungs({ nest, connection, picked }) {
  const records = nest?.others.filter((event) => event.layer === 'tls') ?? (picked.layer === 'tls' ? [picked] : []);
  if (records.length > 0) return records.map((record) => ({ layer: /** @type {LayerName} */ ('tls'), event: record, mark: nest ? `other-${record.sequence}` : undefined, title: `${record.kind}: ${printable(record.summary)}`, lines: [fields(record.detail)], names: namesIn(record.detail) }));
  const state = connection.layers?.find((one) => one.layer === 'tls');
  return [state && state.state !== 'absent'
    ? { layer: 'tls', title: 'encrypted on the wire', lines: [`${printable(state.summary)}. The bytes below are those above TLS; ciphertext is counted, not stored.`] }
    : { layer: 'tls', title: 'not encrypted', lines: [], isAbsent: true }];
}

/** @param {Parameters<typeof ladder>[0]} seen @returns {Rung[]} */
function tcpRungs({ nest, connection, picked }) {
  if (!nest) return [{ layer: 'tcp', title: picked.layer === 'tcp' ? `${picked.kind}: ${printable(picked.summary)}` : 'no bytes of its own', lines: picked.layer === 'tcp' ? [fields(picked.detail)] : ['A fact of the server itself.'], isAbsent: picked.layer !== 'tcp', event: picked.layer === 'tcp' ? picked : null }];
  const { run, anchor } = nest;
  const from = anchor.direction === 'received' ? `from ${printable(connection.remote)}` : `to ${printable(connection.remote)}`;
  return [{ layer: 'tcp', title: `bytes ${number(run.start)} to ${number(run.end)}`, mark: 'run', lines: [`${number(run.end - run.start)} bytes ${from}, ${anchor.direction === 'received' ? 'read from' : 'written to'} the socket in one go, counted from the connection’s first byte in this direction.`] }];
}

/** @param {Record<string, unknown>} values */
function leaveOut(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));
}

const ownWords = new Set(['kind', 'summary', 'layer']);

/** @param {Record<string, unknown>} values */
const namesIn = (values) => Object.keys(leaveOut(values)).filter((name) => !ownWords.has(name));

/** @param {Record<string, unknown>} values */
function fields(values) {
  return el('dl', { class: 'fields' }, ...Object.entries(values).filter(([name]) => !ownWords.has(name)).map(([name, value]) => el('div', {}, el('dt', {}, printable(name)), el('dd', {}, plain(value)))));
}

/** @param {{ name: string, value: string }[]} list */
function headers(list) {
  return el('dl', { class: 'fields headers' }, ...list.map(({ name, value }) => el('div', {}, el('dt', {}, printable(name)), el('dd', {}, printable(value.replace(/\*{4,}/g, '***'))))));
}
