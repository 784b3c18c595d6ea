import { el } from '../../shared/dom.js';

/** @param {string} section */
const rfc6455 = (section) => ({ text: `RFC 6455 ${section}`, href: `https://www.rfc-editor.org/rfc/rfc6455#section-${section}` });
const hubProtocol = { text: 'Hub protocol', href: 'https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md' };
const hubs = { text: 'Hubs', href: 'https://learn.microsoft.com/aspnet/core/signalr/hubs' };
const tls = { text: 'RFC 8446', href: 'https://www.rfc-editor.org/rfc/rfc8446' };

/** Fields of events and header fields, each in a sentence. Keys are in lower case. @type {Record<string, { sentence: string, link?: { text: string, href: string } }>} */
const lore = {
  target: { sentence: 'The method that is called on the other side.', link: hubProtocol },
  invocationid: { sentence: 'The caller’s number for this call: the completion names it. Without one no answer is wanted.', link: hubProtocol },
  encoding: { sentence: 'How the hub message is written: json or messagepack, as the handshake chose.', link: hubProtocol },
  streamids: { sentence: 'Streams that the caller is going to send along with the call.', link: hubProtocol },
  error: { sentence: 'Why it failed, as the other side is told.' },
  allowreconnect: { sentence: 'Whether the client may try again by itself.', link: hubProtocol },
  sequenceid: { sentence: 'Stateful reconnect counts hub messages; this is the number meant.', link: hubProtocol },
  protocol: { sentence: 'The hub protocol that is asked for.', link: hubProtocol },
  version: { sentence: 'The version of the protocol.' },
  hub: { sentence: 'The hub’s class.', link: hubs },
  hubconnectionid: { sentence: 'SignalR’s own id of the connection, as the hub’s Context has it.', link: hubs },
  method: { sentence: 'The hub’s method.' },
  duration: { sentence: 'How long the method ran.' },
  group: { sentence: 'A named set of connections that can be sent to at once.', link: hubs },
  servername: { sentence: 'The name that the client asks for, so that one address can serve many (SNI).', link: { text: 'RFC 6066 3', href: 'https://www.rfc-editor.org/rfc/rfc6066#section-3' } },
  applicationprotocols: { sentence: 'What the client could speak inside TLS, best first (ALPN).', link: { text: 'RFC 7301', href: 'https://www.rfc-editor.org/rfc/rfc7301' } },
  applicationprotocol: { sentence: 'What both agreed to speak inside TLS (ALPN).', link: { text: 'RFC 7301', href: 'https://www.rfc-editor.org/rfc/rfc7301' } },
  ciphersuite: { sentence: 'The algorithms that encrypt and authenticate.', link: tls },
  ciphersuites: { sentence: 'How many sets of algorithms the client offers.', link: tls },
  versions: { sentence: 'The versions of TLS that the client offers.', link: tls },
  remote: { sentence: 'The other side’s address and port.' },
  local: { sentence: 'This side’s address and port.' },
  host: { sentence: 'Which site is meant: proxies and servers choose by it.', link: { text: 'RFC 9110 7.2', href: 'https://www.rfc-editor.org/rfc/rfc9110#section-7.2' } },
  client: { sentence: 'Who the proxy says that it asks for.', link: { text: 'X-Forwarded-For', href: 'https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For' } },
  proxy: { sentence: 'The proxy’s address and port, which the connection itself comes from.' },
  'x-forwarded-for': { sentence: 'For whom a proxy asks. Anybody can write it: this server believes the proxies in its settings alone.', link: { text: 'X-Forwarded-For', href: 'https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For' } },
  'x-forwarded-proto': { sentence: 'Whether the client came to the proxy by http or https.', link: { text: 'X-Forwarded-Proto', href: 'https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-Proto' } },
  upgrade: { sentence: 'The protocol that the connection should become. Proxies must pass it on, which many don’t by default.', link: rfc6455('4.1') },
  connection: { sentence: 'Says that Upgrade is meant for this hop.', link: rfc6455('4.1') },
  origin: { sentence: 'The site whose page opens the WebSocket; servers refuse sites that they don’t know.', link: rfc6455('10.2') },
  'sec-websocket-key': { sentence: 'Sixteen random bytes in base64; not a secret, only a question that a WebSocket server alone answers right.', link: rfc6455('4.1') },
  'sec-websocket-accept': { sentence: 'The answer: SHA-1 of the key and a fixed text. It shows that the server speaks WebSocket, and that no cache answered.', link: rfc6455('4.2.2') },
  'sec-websocket-version': { sentence: 'Always 13.', link: rfc6455('4.1') },
  'sec-websocket-protocol': { sentence: 'Subprotocols that the client offers, or the one that the server chose.', link: rfc6455('1.9') },
  'sec-websocket-extensions': { sentence: 'Extensions, such as permessage-deflate; used if the server’s answer has them too.', link: { text: 'RFC 7692', href: 'https://www.rfc-editor.org/rfc/rfc7692' } },
  authorization: { sentence: 'Who the client is. Masked before it was stored; nobody can see it here.' },
  cookie: { sentence: 'What the site kept in the browser. Masked before it was stored.' },
};

/**
 * What the fields that are shown mean, folded away; nothing when none is known.
 * @param {string[]} names
 */
export function glossary(names) {
  const known = [...new Set(names)].filter((name) => Object.hasOwn(lore, name.toLowerCase()));
  if (known.length === 0) return null;
  return definitions('What these fields mean', known.map((name) => {
    const { sentence, link } = lore[name.toLowerCase()] ?? { sentence: '' };
    return [name, sentence, link];
  }));
}

/**
 * @param {string} title
 * @param {[string, string, { text: string, href: string }?][]} list
 */
export function definitions(title, list) {
  return el('details', { class: 'glossary lore' }, el('summary', {}, title),
    el('dl', {}, ...list.map(([name, sentence, link]) => el('div', {}, el('dt', {}, name), el('dd', {}, sentence, link ? ' ' : '', link ? el('a', { href: link.href, target: '_blank', rel: 'noreferrer' }, link.text) : null)))));
}
