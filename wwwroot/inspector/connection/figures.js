import { number, rtt, size } from '../format.js';
import { plain } from '../printable.js';

/** @typedef {import('../types.js').Connection} Connection */
/** @typedef {{ key: string, value: string }} Figure */

/** @param {number} received @param {number} sent @param {(value: number) => string} show */
const ways = (received, sent, show) => `← ${show(received)}  → ${show(sent)}`;

/**
 * The figures of one layer of a connection: the counters that belong to it, and what the layer says of itself.
 * @param {Connection} connection
 * @param {import('../types.js').LayerState} state
 * @returns {Figure[]}
 */
export function figuresOf(connection, state) {
  const { counters, tcpInfo } = connection;
  const { detail } = state;
  /** @param {...string} keys */
  const said = (...keys) => keys.filter((key) => detail[key] !== null && detail[key] !== undefined && detail[key] !== '').map((key) => ({ key, value: plain(detail[key]) }));
  switch (state.layer) {
    case 'tcp':
      return [
        { key: 'bytes', value: ways(counters.bytesReceived, counters.bytesSent, size) },
        ...(tcpInfo === null ? [] : [
          { key: 'rtt', value: rtt(tcpInfo.rttMicroseconds) },
          { key: 'minimumRtt', value: rtt(tcpInfo.minimumRttMicroseconds) },
          { key: 'retransmits', value: number(tcpInfo.retransmits) },
          { key: 'unacknowledged', value: number(tcpInfo.unacknowledged) },
          { key: 'notSent', value: size(tcpInfo.notSentBytes) },
        ]),
        ...(connection.state === 'open' ? [{ key: 'backlog', value: size(counters.backlogBytes) }] : []),
      ];
    case 'tls':
      return said('version', 'cipherSuite', 'applicationProtocol', 'serverName', 'alert');
    case 'http':
      return said('version', 'path', 'status', 'subprotocol', 'extensions');
    case 'webSocket':
      return detail.framesReceived === undefined ? [] : [
        { key: 'frames', value: ways(counters.framesReceived, counters.framesSent, number) },
        ...(detail.closeCodeReceived || detail.closeCodeSent ? [{ key: 'closeCodes', value: `← ${plain(detail.closeCodeReceived)}  → ${plain(detail.closeCodeSent)}` }] : []),
        ...(counters.faults > 0 ? [{ key: 'faults', value: number(counters.faults) }] : []),
      ];
    case 'signalR':
      return detail.protocol ? [...said('protocol'), { key: 'hubMessages', value: ways(counters.hubMessagesReceived, counters.hubMessagesSent, number) }] : [];
    case 'hub':
      return detail.hub ? [...said('hub', 'connectionId', 'invocations'), ...groups(detail)] : [];
    case 'application':
      return said('events');
  }
}

/** @param {Record<string, unknown>} detail @returns {Figure[]} */
function groups(detail) {
  const names = Array.isArray(detail.groups) ? detail.groups : [];
  const total = Number(detail.groupCount ?? names.length);
  if (total === 0) return [];
  return [{ key: 'groups', value: names.slice(0, 8).map(plain).join(', ') + (total > 8 ? `, … ${number(total)} in all` : '') }];
}
