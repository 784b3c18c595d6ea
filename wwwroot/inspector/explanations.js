/** What each layer is, in a sentence, for whoever sees it for the first time. @type {Record<string, string>} */
export const explanations = {
  tcp: 'TCP carries bytes in order between two sockets (RFC 9293). A program sees it open, end with FIN, or be cut off with RST.',
  tls: 'TLS encrypts what TCP carries (RFC 8446). What is shown here was read before and after encryption, never by breaking it.',
  http: 'A WebSocket begins as an HTTP/1.1 request with Upgrade: websocket; 101 makes the connection a WebSocket (RFC 6455 4). Secrets are masked before they are stored.',
  webSocket: 'WebSocket cuts the stream into frames; one or more frames are a message (RFC 6455 5). Frames from a client are masked.',
  signalR: 'SignalR sends hub messages inside WebSocket messages: JSON ended by 0x1E, or MessagePack with its length in front. The handshake comes first.',
  hub: 'The hub is the class on the server whose methods clients call. This is its lifecycle: connects, calls, groups, disconnects.',
  application: 'What the application itself says it did.',
};
