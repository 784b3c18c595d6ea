/** @typedef {import('../types.js').LayerName} LayerName */
/** @typedef {{ name: string, brief: string, sentence: string, links: { text: string, href: string }[] }} Lore */

/** @param {string} section */
const rfc6455 = (section) => `https://www.rfc-editor.org/rfc/rfc6455#section-${section}`;

/** What each layer is, in a sentence, for whoever sees it for the first time, and where it is laid down. @type {Record<LayerName, Lore>} */
export const layerLore = {
  tcp: {
    name: 'TCP',
    brief: 'Bytes in order between two sockets.',
    sentence: 'Carries bytes in order between two sockets. A program sees it open, end with FIN, or be cut off with RST; segments and retransmissions are the kernel’s, which tells its figures.',
    links: [{ text: 'RFC 9293', href: 'https://www.rfc-editor.org/rfc/rfc9293' }, { text: 'tcp(7)', href: 'https://man7.org/linux/man-pages/man7/tcp.7.html' }],
  },
  tls: {
    name: 'TLS',
    brief: 'Encrypts, and proves who the server is.',
    sentence: 'Encrypts what TCP carries and proves who the server is. What is shown above it was read before encryption; nothing is broken open.',
    links: [{ text: 'RFC 8446', href: 'https://www.rfc-editor.org/rfc/rfc8446' }],
  },
  http: {
    name: 'HTTP',
    brief: 'Asks for the WebSocket; 101 says yes.',
    sentence: 'A WebSocket begins as an HTTP request with “Upgrade: websocket”. The answer 101 ends HTTP on this connection: from then on its bytes are frames. Secrets are masked before they are stored.',
    links: [{ text: 'RFC 6455 4', href: rfc6455('4') }, { text: 'RFC 9112', href: 'https://www.rfc-editor.org/rfc/rfc9112' }],
  },
  webSocket: {
    name: 'WebSocket',
    brief: 'Cuts the bytes into frames and messages.',
    sentence: 'Cuts the stream of bytes into frames, each with a header of 2 to 14 bytes. One or more frames are a message. A client masks its frames, a server does not.',
    links: [{ text: 'RFC 6455 5', href: rfc6455('5') }],
  },
  signalR: {
    name: 'SignalR',
    brief: 'Calls, answers, streams and pings in messages.',
    sentence: 'Puts hub messages into WebSocket messages: calls, answers, stream items, pings. JSON ended by the byte 1E, or MessagePack with its length in front. A handshake chooses which.',
    links: [{ text: 'Hub protocol', href: 'https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md' }],
  },
  hub: {
    name: 'Hub',
    brief: 'The class whose methods clients call.',
    sentence: 'The class on the server whose methods clients call. Its life on this connection: connected, called, in groups, disconnected.',
    links: [{ text: 'Hubs', href: 'https://learn.microsoft.com/aspnet/core/signalr/hubs' }],
  },
  application: {
    name: 'Application',
    brief: 'What the application itself says it did.',
    sentence: 'What the application itself says it did: the only layer that knows what the bytes were for.',
    links: [],
  },
};

/** The states of a layer, in words. @type {Record<string, { word: string, sentence: string }>} */
export const stateLore = {
  waiting: { word: 'waiting', sentence: 'Its turn has not come yet.' },
  absent: { word: 'not used', sentence: 'This connection goes without it.' },
  unseen: { word: 'not visible', sentence: 'It is there, but can’t be looked into.' },
  opening: { word: 'opening', sentence: 'Its handshake has begun.' },
  open: { word: 'open', sentence: 'It works.' },
  closing: { word: 'closing', sentence: 'One side has said goodbye.' },
  failed: { word: 'failed', sentence: 'It said no, or broke.' },
  closed: { word: 'closed', sentence: 'It is over.' },
  unknown: { word: 'was open', sentence: 'The server does not say how it is now.' },
};

/** The figures of a layer, with what they mean. @type {Record<string, { name: string, means: string }>} */
export const figureLore = {
  rtt: { name: 'RTT', means: 'The kernel’s smoothed estimate of the time to the peer and back.' },
  minimumRtt: { name: 'least RTT', means: 'The shortest round trip that the kernel has seen: the way itself, without queues.' },
  retransmits: { name: 'retransmits', means: 'Segments sent again because no acknowledgement came.' },
  unacknowledged: { name: 'in flight', means: 'Segments sent and not acknowledged yet.' },
  notSent: { name: 'not sent', means: 'Bytes in the send buffer that the kernel could not send yet. Growing: the peer reads too slowly.' },
  bytes: { name: 'bytes', means: 'Received ← and sent → so far, above TLS.' },
  backlog: { name: 'backlog', means: 'Bytes that the server wrote and the socket has not taken yet.' },
  version: { name: 'version', means: 'The version that both sides agreed on.' },
  cipherSuite: { name: 'cipher', means: 'How it is encrypted.' },
  applicationProtocol: { name: 'ALPN', means: 'The protocol agreed on inside the TLS handshake (RFC 7301).' },
  serverName: { name: 'server name', means: 'The name that the client asked for (SNI).' },
  alert: { name: 'alert', means: 'Why TLS gave up.' },
  path: { name: 'path', means: 'What was asked for.' },
  status: { name: 'status', means: '101 is the only answer that makes a WebSocket.' },
  subprotocol: { name: 'subprotocol', means: 'Sec-WebSocket-Protocol, if one was agreed on.' },
  extensions: { name: 'extensions', means: 'Sec-WebSocket-Extensions, such as permessage-deflate (RFC 7692).' },
  frames: { name: 'frames', means: 'Received ← and sent →, control frames included.' },
  closeCodes: { name: 'close codes', means: 'The codes in the Close frames, received ← and sent → (RFC 6455 7.4).' },
  protocol: { name: 'hub protocol', means: 'How hub messages are written: json or messagepack.' },
  hubMessages: { name: 'hub messages', means: 'Received ← and sent →, pings included. 0 where frames are compressed: those are counted when somebody decodes them.' },
  hub: { name: 'hub', means: 'The class.' },
  connectionId: { name: 'connection id', means: 'SignalR’s own id of this connection; not the one of the socket.' },
  invocations: { name: 'calls', means: 'Hub methods called on this connection.' },
  groups: { name: 'groups', means: 'Groups that this connection is in.' },
  events: { name: 'facts', means: 'What the application published on this connection.' },
  faults: { name: 'faults', means: 'Bytes that broke a rule of their layer.' },
};
